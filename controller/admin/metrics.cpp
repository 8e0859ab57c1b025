// SPDX-License-Identifier: BSD-2-Clause
#include "admin/metrics.hpp"

#include "admin/names.hpp"

#include <prometheus/collectable.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <numeric>

namespace gmguard::admin {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

std::string text(std::string_view view) {
    return std::string(view);
}

// One family, as it is filled: add() takes counters and gauges alike.
class Family {
  public:
    Family(const char* name, const char* help, MetricType type) {
        family_.name = std::string("gmguard_") + name;
        family_.help = help;
        family_.type = type;
    }

    void add(Labels labels, double value) {
        ClientMetric metric;
        metric.label = std::move(labels);
        metric.counter.value = value;
        metric.gauge.value = value;
        family_.metric.push_back(std::move(metric));
    }

    MetricFamily take() { return std::move(family_); }

  private:
    MetricFamily family_;
};

double dropped_by_any(const gm_reason_counts& counts) {
    const auto reasons = array_of(counts).subspan(GM_REASON_none + 1);
    return static_cast<double>(std::accumulate(reasons.begin(), reasons.end(), __u64{0}));
}

// The verdicts exclude each other, so that their sum is all packets.
MetricFamily packets(const std::vector<HookCounts>& counters) {
    Family family("packets_total", "Packets judged, by verdict", MetricType::Counter);
    for (const HookCounts& counts : counters) {
        const auto add = [&](const char* verdict, double value) {
            family.add({{"listener", counts.listener},
                        {"hook", text(name(counts.hook))},
                        {"verdict", verdict}},
                       value);
        };
        const double would_drop = dropped_by_any(counts.would_drop);
        add("pass", std::max(static_cast<double>(counts.packets.none) - would_drop, 0.0));
        add("would_drop", would_drop);
        add("drop", dropped_by_any(counts.packets));
    }
    return family.take();
}

MetricFamily by_reason(const char* metric, const char* help,
                       const std::vector<HookCounts>& counters,
                       gm_reason_counts HookCounts::* counted) {
    Family family(metric, help, MetricType::Counter);
    for (const HookCounts& counts : counters)
        for (unsigned i = GM_REASON_none + 1; i < GM_REASON_COUNT; ++i)
            family.add({{"listener", counts.listener},
                        {"hook", text(name(counts.hook))},
                        {"reason", text(name(static_cast<gm_reason>(i)))}},
                       static_cast<double>(array_of(counts.*counted)[i]));
    return family.take();
}

MetricFamily bindings(const Figures& figures) {
    Family family("bindings", "Bindings now, by state", MetricType::Gauge);
    for (const auto& [state, count] : figures.bindings)
        family.add({{"state", text(name(state))}}, static_cast<double>(count));
    return family.take();
}

MetricFamily fill(const char* metric, const char* help, const Figures& figures,
                  std::uint64_t MapFill::* counted) {
    Family family(metric, help, MetricType::Gauge);
    for (const MapFill& map : figures.maps)
        family.add({{"map", map.map}}, static_cast<double>(map.*counted));
    return family.take();
}

MetricFamily registrations(const Figures& figures) {
    Family family("registrations_total", "Registrations seen, by how they ended",
                  MetricType::Counter);
    for (const auto& [result, count] : figures.registrations)
        family.add({{"result", result}}, static_cast<double>(count));
    return family.take();
}

MetricFamily sas(const Figures& figures) {
    Family family("sas", "Security associations now, by direction and state", MetricType::Gauge);
    for (const auto& [kind, count] : figures.sas)
        family.add({{"direction", text(name(kind.first))}, {"state", text(name(kind.second))}},
                   static_cast<double>(count));
    return family.take();
}

MetricFamily sa_deviations(const Figures& figures) {
    Family family("sa_deviations_total", "Security associations found to deviate, by what in",
                  MetricType::Counter);
    for (const auto& [fault, count] : figures.sa_deviations)
        family.add({{"fault", fault}}, static_cast<double>(count));
    return family.take();
}

MetricFamily reports(const Figures& figures) {
    Family family("reports_total",
                  "Reports of failed registrations to the home network, by what came of them",
                  MetricType::Counter);
    for (const auto& [result, count] : figures.reports.home)
        family.add({{"result", result}}, static_cast<double>(count));
    return family.take();
}

MetricFamily webhook(const Figures& figures) {
    Family family("webhook_total",
                  "Events for the webhook: delivered, refused, given up; and "
                  "attempts that failed",
                  MetricType::Counter);
    const auto& counts = figures.reports.webhook;
    if (!counts)
        return family.take();
    family.add({{"result", "delivered"}}, static_cast<double>(counts->delivered));
    family.add({{"result", "failed"}}, static_cast<double>(counts->failed));
    family.add({{"result", "refused"}}, static_cast<double>(counts->refused));
    family.add({{"result", "given_up"}}, static_cast<double>(counts->given_up));
    return family.take();
}

MetricFamily webhook_waiting(const Figures& figures) {
    Family family("webhook_waiting", "Events that wait for the webhook", MetricType::Gauge);
    if (figures.reports.webhook)
        family.add({}, static_cast<double>(figures.reports.webhook->waiting));
    return family.take();
}

MetricFamily events(const EventLog& log) {
    Family family("events_total", "Events in the log since the start", MetricType::Counter);
    family.add({}, static_cast<double>(log.total()));
    return family.take();
}

MetricFamily events_lost(const gm_losses& losses, const store::Size& size) {
    Family family("events_lost_total", "Records that did not reach the controller, by stage",
                  MetricType::Counter);
    const auto add = [&family](const char* stage, __u64 count) {
        family.add({{"stage", stage}}, static_cast<double>(count));
    };
    add("sip_clear", losses.sip_clear);
    add("sip_inner", losses.sip_inner);
    add("sip_core", losses.sip_core);
    add("events", losses.events);
    add("suppressed", losses.suppressed);
    add("journal", size.lost);
    return family.take();
}

MetricFamily leaked_keys(const gm_losses& losses) {
    Family family("leaked_keys_total", "401s that left with ck= or ik= in them",
                  MetricType::Counter);
    family.add({}, static_cast<double>(losses.leaked_keys));
    return family.take();
}

MetricFamily store_up(const store::Store& store) {
    Family family("store_up", "1 where journal and audit can be written", MetricType::Gauge);
    family.add({}, store.problem() ? 0 : 1);
    return family.take();
}

MetricFamily store_bytes(const store::Size& size) {
    Family family("store_bytes", "Size of the file of journal and audit", MetricType::Gauge);
    family.add({}, static_cast<double>(size.bytes));
    return family.take();
}

MetricFamily store_rows(const store::Size& size) {
    Family family("store_rows", "Rows that are kept, by table", MetricType::Gauge);
    family.add({{"table", "events"}}, static_cast<double>(size.events));
    family.add({{"table", "changes"}}, static_cast<double>(size.changes));
    return family.take();
}

MetricFamily attached(const std::vector<Interface>& interfaces) {
    Family family("attached", "1 for each hook that is attached", MetricType::Gauge);
    for (const Interface& interface : interfaces)
        for (const gm_hook hook : interface.hooks)
            family.add({{"interface", interface.name},
                        {"hook", text(name(hook))},
                        {"xdp_mode", text(name(interface.xdp_mode))}},
                       1);
    return family.take();
}

MetricFamily modes(const Modes& modes) {
    Family family("mode", "Effective mode of a check: 0 off, 1 monitor, 2 enforce",
                  MetricType::Gauge);
    for (const ListenerModes& listener : modes.listeners)
        for (unsigned i = 0; i < GM_CHECK_COUNT; ++i)
            family.add(
                {{"listener", listener.name}, {"check", text(name(static_cast<gm_check>(i)))}},
                array_of(listener.effective)[i]);
    return family.take();
}

MetricFamily reload_success(const Configuration& configuration) {
    Family family("config_last_reload_success", "1 if the last (re)load of the configuration was",
                  MetricType::Gauge);
    family.add({}, configuration.last_reload_succeeded ? 1 : 0);
    return family.take();
}

MetricFamily reload_time(const Configuration& configuration) {
    Family family("config_last_reload_timestamp_seconds",
                  "When the configuration in force was (re)loaded", MetricType::Gauge);
    const std::chrono::duration<double> since = configuration.loaded.time_since_epoch();
    family.add({}, since.count());
    return family.take();
}

MetricFamily http_requests(const RequestCounts& requests) {
    Family family("http_requests_total", "Requests answered, by route and status",
                  MetricType::Counter);
    for (const auto& [key, count] : requests)
        family.add({{"route", key.first}, {"code", std::to_string(key.second)}},
                   static_cast<double>(count));
    return family.take();
}

MetricFamily http_refused(const Refusals& refusals) {
    Family family("http_refused_total", "Connections and requests not let in, by reason",
                  MetricType::Counter);
    for (std::size_t i = 0; i < kRefusals; ++i)
        family.add({{"reason", text(name(static_cast<Refused>(i)))}},
                   static_cast<double>(refusals.count(static_cast<Refused>(i))));
    return family.take();
}

MetricFamily build_info(const Status& status) {
    Family family("build_info", "Always 1", MetricType::Gauge);
    family.add({{"version", status.version}, {"commit", status.commit}, {"kernel", status.kernel}},
               1);
    return family.take();
}

class GuardMetrics : public prometheus::Collectable {
  public:
    GuardMetrics(const Guard& guard, const EventLog& log, const store::Store& store,
                 const RequestCounts& requests, const Refusals& refusals)
        : guard_(guard), log_(log), store_(store), requests_(requests), refusals_(refusals) {}

    std::vector<MetricFamily> Collect() const override {
        const std::vector<HookCounts> counters = guard_.counters();
        const Figures figures = guard_.figures();
        const gm_losses losses = guard_.losses();
        const Configuration configuration = guard_.configuration();
        const store::Size size = store_.size();
        return {
            packets(counters),
            by_reason("drops_total", "Packets dropped, by reason", counters, &HookCounts::packets),
            by_reason("would_drop_total", "Packets that enforce would have dropped, by reason",
                      counters, &HookCounts::would_drop),
            bindings(figures),
            fill("map_entries", "Entries of a map", figures, &MapFill::entries),
            fill("map_capacity", "Entries that a map can take", figures, &MapFill::capacity),
            registrations(figures),
            sas(figures),
            sa_deviations(figures),
            reports(figures),
            webhook(figures),
            webhook_waiting(figures),
            events(log_),
            events_lost(losses, size),
            leaked_keys(losses),
            store_up(store_),
            store_bytes(size),
            store_rows(size),
            attached(guard_.interfaces()),
            modes(guard_.modes()),
            reload_success(configuration),
            reload_time(configuration),
            http_requests(requests_),
            http_refused(refusals_),
            build_info(guard_.status())};
    }

  private:
    const Guard& guard_;
    const EventLog& log_;
    const store::Store& store_;
    const RequestCounts& requests_;
    const Refusals& refusals_;
};

} // namespace

std::string metrics_text(const Guard& guard, const EventLog& log, const store::Store& store,
                         const RequestCounts& requests, const Refusals& refusals) {
    return prometheus::TextSerializer().Serialize(
        GuardMetrics(guard, log, store, requests, refusals).Collect());
}

} // namespace gmguard::admin
