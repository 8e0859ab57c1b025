// SPDX-License-Identifier: BSD-2-Clause
#include "admin/sa_json.hpp"

#include "admin/json_parts.hpp"
#include "admin/names.hpp"
#include "admin/utf8.hpp"

#include <boost/json.hpp>

namespace gmguard::admin {
namespace {

namespace json = boost::json;

template <typename T> json::value number_or_null(const std::optional<T>& number) {
    return number ? json::value(*number) : json::value(nullptr);
}

json::value or_null(const std::optional<SaAlgorithm>& algorithm) {
    if (!algorithm)
        return nullptr;
    return json::object{{"name", as_utf8(algorithm->name)},
                        {"key_bits", algorithm->key_bits},
                        {"icv_bits", algorithm->icv_bits == 0 ? json::value(nullptr)
                                                              : json::value(algorithm->icv_bits)}};
}

json::object to_json(const SaLifetime& lifetime) {
    return {{"add_s", number_or_null(lifetime.add_s)},
            {"use_s", number_or_null(lifetime.use_s)},
            {"bytes", number_or_null(lifetime.bytes)},
            {"packets", number_or_null(lifetime.packets)}};
}

json::object to_json(const SaInstalled& installed) {
    json::array policies;
    for (const std::string& policy : installed.policies)
        policies.push_back(json::value(policy));
    return {
        {"protocol", installed.protocol},
        {"mode", installed.mode},
        {"in_udp", installed.in_udp},
        {"integrity", or_null(installed.integrity)},
        {"encryption", or_null(installed.encryption)},
        {"aead", or_null(installed.aead)},
        {"selector", installed.selector},
        {"reqid", installed.reqid},
        {"output_mark", installed.output_mark},
        {"soft", to_json(installed.soft)},
        {"hard", to_json(installed.hard)},
        {"bytes", installed.bytes},
        {"packets", installed.packets},
        {"added", time_or_null(installed.added)},
        {"used", time_or_null(installed.used)},
        {"policies", std::move(policies)},
    };
}

json::value or_null(const std::optional<SaAgreed>& agreed) {
    if (!agreed)
        return nullptr;
    return json::object{
        {"mechanism", text_or_null(agreed->mechanism)},
        {"alg", text_or_null(agreed->alg)},
        {"ealg", text_or_null(agreed->ealg)},
        {"prot", text_or_null(agreed->prot)},
        {"mod", text_or_null(agreed->mod)},
        {"spi_c", number_or_null(agreed->spi_c)},
        {"spi_s", number_or_null(agreed->spi_s)},
        {"port_c", number_or_null(agreed->port_c)},
        {"port_s", number_or_null(agreed->port_s)},
    };
}

} // namespace

json::object to_json(const Sa& sa) {
    json::array deviations;
    for (const SaDeviation& deviation : sa.deviations)
        deviations.push_back(
            json::object{{"fault", deviation.fault}, {"text", as_utf8(deviation.text)}});
    return {
        {"id", sa.id},
        {"spi", sa.spi},
        {"direction", name(sa.direction)},
        {"state", name(sa.state)},
        {"netns", text_or_null(sa.netns)},
        {"src", sa.source.text()},
        {"dst", sa.destination.text()},
        {"installed", to_json(sa.installed)},
        {"negotiated", or_null(sa.agreed)},
        {"bound_to", holder_or_null(sa.holder)},
        {"deviations", std::move(deviations)},
    };
}

} // namespace gmguard::admin
