// SPDX-License-Identifier: BSD-2-Clause
// The one file that knows CLI11.
#include "arguments.hpp"

#include "command_tree.hpp"
#include "command_words.hpp"
#include "commands.hpp"
#include "help.hpp"

#include "admin/names.hpp"
#include "config/suggest.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>

namespace gmguard::cli {
namespace {

constexpr const char* kConfigFile = "/etc/gmguard/gmguard.toml";

using Run = std::function<Exit(Session&)>;

// "90m" as seconds.
CLI::AsNumberWithUnit as_seconds() {
    const std::map<std::string, std::uint64_t> units{
        {"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}};
    return CLI::AsNumberWithUnit(units, CLI::AsNumberWithUnit::CASE_SENSITIVE, "TIME");
}

// The program as CLI11 sees it. Options write into members; the command that was named sets run_.
class Program {
  public:
    Program();
    Arguments read(std::vector<std::string> words);
    [[nodiscard]] CommandWords words() const { return words_of(app_); }

  private:
    CLI::App* command(CLI::App& parent, const char* name, const char* what, const char* more);
    template <typename Options>
    void runs(CLI::App* app, Exit (*command)(Session&, const Options&), const Options& options) {
        app->callback([this, command, &options] {
            run_ = [command, &options](Session& session) { return command(session, options); };
        });
    }
    void runs(CLI::App* app, Exit (*command)(Session&));

    void add_globals();
    void add_file(const char* option, std::string& into, const char* environment, const char* what);
    void add_status();
    void add_attach();
    void add_detach();
    void add_mode();
    void add_conflicts();
    void add_lease();
    void add_sa();
    void add_bindings();
    void add_filters(CLI::App* app);
    void add_bindings_add(CLI::App& bindings);
    void add_bindings_history(CLI::App& bindings);
    void add_audit();
    void add_events();
    void add_explain();
    void add_replay();
    void add_config();
    void add_config_init(CLI::App& config);
    void add_config_of_daemon(CLI::App& config);
    void add_token();
    void add_doctor();
    void add_support();
    void add_completion();

    // Values that completion offers; checked or not.
    CLI::Option* offers(CLI::Option* option, std::vector<std::string> values);
    [[nodiscard]] CommandWords words_of(const CLI::App& app) const;
    [[nodiscard]] ArgumentWords words_of(const CLI::Option& option) const;

    [[nodiscard]] std::string wrong_usage(const CLI::ParseError& error,
                                          const std::vector<std::string>& words) const;

    CLI::App app_{"Guards the Gm interface of an IMS core: one subscriber, one source.", "gmguard"};
    Run run_;
    Globals globals_;
    AttachOptions attach_;
    DetachOptions detach_;
    ModeSetOptions mode_;
    ConflictsQuery conflicts_;
    ResolveOptions resolve_;
    std::string lease_;
    SasQuery sas_;
    std::string sa_;
    std::string file_;
    BindingsQuery bindings_;
    BindingsAddOptions add_;
    std::string binding_;
    HistoryOptions history_;
    AuditOptions audit_;
    EventsOptions events_;
    ExplainOptions explain_;
    ReplayOptions replay_;
    TokenOptions token_;
    std::string config_ = kConfigFile;
    bool live_ = false;
    ConfigReloadOptions reload_;
    ConfigInitOptions init_;
    SupportOptions support_{{}, kConfigFile};
    std::string shell_;
    std::map<const CLI::Option*, std::vector<std::string>> offered_;
};

CLI::App* Program::command(CLI::App& parent, const char* name, const char* what, const char* more) {
    auto* app = parent.add_subcommand(name, what);
    app->footer(std::string(more) + help::kCommon);
    app->fallthrough(); // -o and the like may stand behind the command
    return app;
}

void Program::runs(CLI::App* app, Exit (*command)(Session&)) {
    app->callback([this, command] { run_ = command; });
}

void Program::add_file(const char* option, std::string& into, const char* environment,
                       const char* what) {
    app_.add_option(option, into, what)->envname(environment)->type_name("FILE");
}

CLI::Option* Program::offers(CLI::Option* option, std::vector<std::string> values) {
    offered_[option] = std::move(values);
    return option;
}

void Program::add_globals() {
    const std::map<std::string, Format> formats{
        {"table", Format::table}, {"json", Format::json}, {"jsonl", Format::jsonl}};
    offers(app_.add_option("-o,--output", globals_.format,
                           "table, json or jsonl (an object per line)"),
           {"table", "json", "jsonl"})
        ->transform(CLI::CheckedTransformer(formats).description(""))
        ->type_name("FORMAT");
    app_.add_option("--server", globals_.remote.where, "gmguardd: unix:/PATH, https://HOST:PORT")
        ->envname("GMGUARD_SERVER")
        ->capture_default_str()
        ->type_name("ADDR");
    add_file("--token-file", globals_.remote.token_file, "GMGUARD_TOKEN_FILE",
             "with the token that gmguardd asks for");
    add_file("--ca-file", globals_.remote.files.ca, "GMGUARD_CA_FILE",
             "with the CA of its certificate; else those of the system");
    add_file("--cert-file", globals_.remote.files.certificate, "GMGUARD_CERT_FILE",
             "with the certificate to show to it");
    add_file("--key-file", globals_.remote.files.key, "GMGUARD_KEY_FILE",
             "with the key of that certificate");
    app_.add_option("--pins", globals_.pins, "where gmguardd keeps its pins")
        ->envname("GMGUARD_PINS")
        ->capture_default_str()
        ->type_name("DIR");
    app_.add_flag("--no-color", globals_.no_color, "no colours, also on a terminal");
    app_.add_flag("-q,--quiet", globals_.quiet, "no remarks beside the result");
}

void Program::add_status() {
    runs(command(app_, "status", "What is guarded, and how", help::kStatus), status);
    runs(command(app_, "interfaces", "The interfaces that are known", help::kInterfaces),
         interfaces);
    runs(command(app_, "drops", "What was dropped, by reason", help::kDrops), drops);
}

void Program::add_attach() {
    auto* app = command(app_, "attach", "Guard an interface", help::kAttach);
    app->add_option("INTERFACE", attach_.name, "its name")->required();
    app->add_option("--netns", attach_.netns, "its network namespace: a name of `ip netns`, a path")
        ->type_name("NAME");
    offers(
        app->add_option("--side", attach_.side, "gm: phones come by it; core: only the core does"),
        {"gm", "core"})
        ->check(CLI::IsMember({"gm", "core"}))
        ->capture_default_str()
        ->type_name("SIDE");
    offers(app->add_option("--xdp-mode", attach_.xdp_mode,
                           "native, in the driver; generic, slower, anywhere"),
           {"native", "generic"})
        ->check(CLI::IsMember({"native", "generic"}))
        ->capture_default_str()
        ->type_name("MODE");
    runs(app, attach, attach_);
}

void Program::add_detach() {
    auto* app = command(app_, "detach", "Guard an interface no longer", help::kDetach);
    auto* which = app->add_option_group("which");
    which->add_option("INTERFACE", detach_.name, "its name");
    which->add_flag("--all", detach_.all, "every one; without gmguardd, all that is in the kernel");
    which->require_option(1);
    runs(app, detach, detach_);
}

void Program::add_mode() {
    auto* app = command(app_, "mode", "What the checks do: off, monitor or enforce", help::kMode);
    app->require_subcommand(0, 1);
    app->callback([this, app] { // comes after that of a subcommand
        if (app->get_subcommands().empty())
            run_ = mode_get;
    });
    runs(command(*app, "get", "The mode in effect, check by check", help::kMode), mode_get);
    auto* set = command(*app, "set", "Change the mode of one check or of all", help::kMode);
    offers(set->add_option("CHECK", mode_.check, "a check, or all"), words_of_checks())->required();
    offers(set->add_option("MODE", mode_.mode, "off, monitor, enforce, or default"),
           {"off", "monitor", "enforce", "default"})
        ->required()
        ->check(CLI::IsMember({"off", "monitor", "enforce", "default"}).description(""));
    set->add_option("--listener", mode_.listener, "on this listener alone")->type_name("NAME");
    set->add_flag("--yes", mode_.yes, "agree to what enforce means for adopted phones");
    set->add_option("--confirm", mode_.confirm_within_s,
                    "falls back unless `gmguard confirm` is said within that time: 60s, 5m")
        ->transform(as_seconds());
    runs(set, mode_set, mode_);
    runs(command(app_, "confirm", "Keep the modes of `mode set --confirm`", help::kConfirm),
         confirm);
}

void Program::add_filters(CLI::App* app) {
    app->add_option("--impi", bindings_.impi, "of this private identity")->type_name("IMPI");
    app->add_option("--impu", bindings_.impu, "with this public identity")->type_name("IMPU");
    app->add_option("--addr", bindings_.address, "whose selector covers it")->type_name("ADDR");
    app->add_option("--prefix", bindings_.prefix, "whose selector lies in it")->type_name("PREFIX");
    offers(app->add_option("--state", bindings_.state,
                           "pending, bound, shadow, adopted, lapsed or cooldown"),
           {"pending", "bound", "shadow", "adopted", "lapsed", "cooldown"})
        ->type_name("STATE");
    app->add_option("--limit", bindings_.limit, "most to show; 0: all")
        ->capture_default_str()
        ->type_name("N");
}

void Program::add_bindings() {
    auto* app = command(app_, "bindings", "Who is bound to which source", help::kBindings);
    app->require_subcommand(1);
    auto* all = command(*app, "list", "All bindings", help::kBindingsList);
    add_filters(all);
    runs(all, bindings_list, bindings_);

    auto* find = command(*app, "find", "The bindings that match", help::kBindingsFind);
    find->add_option("TEXT", bindings_.text, "occurs in selector, IMPI or an IMPU");
    add_filters(find);
    find->callback([this, find] {
        if (bindings_.text.empty() && find->count_all() == 1)
            throw CLI::RequiredError("a text or a filter: what to find");
        bindings_.must_find = true;
        run_ = [this](Session& session) { return bindings_list(session, bindings_); };
    });

    auto* show = command(*app, "show", "One binding, with all its identities", help::kBindingsShow);
    show->add_option("BINDING", binding_, "its id, or a source")->required();
    runs(show, bindings_show, binding_);
    add_bindings_history(*app);
    add_bindings_add(*app);
    auto* release = command(*app, "release", "End a binding", help::kBindingsRelease);
    release->add_option("BINDING", binding_, "its id, or a source")->required();
    runs(release, bindings_release, binding_);
    runs(command(*app, "export", "All that is bound, a line each", help::kBindingsExport),
         bindings_export);
    auto* import = command(*app, "import", "Bind what a file says", help::kBindingsExport);
    import->add_option("FILE", file_, "one JSON object a line, as export writes; -: stdin")
        ->required();
    runs(import, bindings_import, file_);
}

void Program::add_conflicts() {
    auto* app = command(app_, "conflicts", "Two users on one selector", help::kConflicts);
    app->require_subcommand(1);
    auto* all = command(*app, "list", "All conflicts", help::kConflicts);
    all->add_option("--limit", conflicts_.limit, "most to show")
        ->check(CLI::Range(1, 1000).description(""))
        ->capture_default_str()
        ->type_name("N");
    runs(all, conflicts_list, conflicts_);
    auto* show = command(*app, "show", "Who came, and who holds the selector", help::kConflicts);
    show->add_option("CONFLICT", resolve_.id, "its id")->required();
    runs(show, conflicts_show, resolve_.id);
    auto* resolve = command(*app, "resolve", "Say who has the selector", help::kConflicts);
    resolve->add_option("CONFLICT", resolve_.id, "its id")->required();
    offers(resolve->add_option("--keep", resolve_.keep, "holder or newcomer"),
           {"holder", "newcomer"})
        ->required()
        ->check(CLI::IsMember({"holder", "newcomer"}).description(""))
        ->type_name("WHO");
    runs(resolve, conflicts_resolve, resolve_);
}

void Program::add_lease() {
    auto* app = command(app_, "lease", "Addresses that are given out anew", help::kLease);
    app->require_subcommand(1);
    auto* release = command(*app, "release", "The lease is over", help::kLease);
    release->add_option("ADDRESS", lease_, "an address or a prefix")->required();
    runs(release, lease_release, lease_);
}

void Program::add_sa() {
    auto* app = command(app_, "sa", "Security associations of IPsec", help::kSa);
    app->require_subcommand(1);
    auto* all = command(*app, "list", "As installed, and what deviates", help::kSa);
    all->add_option("--impi", sas_.impi, "of this private identity")->type_name("IMPI");
    all->add_option("--selector", sas_.selector, "to or from this ADDR, ADDR:PORT or prefix")
        ->type_name("SOURCE");
    offers(all->add_option("--direction", sas_.direction, "in, out or other"),
           {"in", "out", "other"})
        ->type_name("WAY");
    offers(all->add_option("--state", sas_.state, "bound, orphan, stale, ..."),
           words_of_sa_states())
        ->type_name("STATE");
    all->add_flag("--deviating", sas_.deviating, "only those that deviate");
    all->add_option("--limit", sas_.limit, "most to show; 0: all")
        ->capture_default_str()
        ->type_name("N");
    runs(all, sa_list, sas_);
    auto* show = command(*app, "show", "Installed against negotiated against bound", help::kSa);
    show->add_option("SPI", sa_, "its SPI (0x1001, 4097), or its id")->required();
    runs(show, sa_show, sa_);
}

void Program::add_bindings_add(CLI::App& bindings) {
    auto* app = command(bindings, "add", "Make a binding by hand", help::kBindingsAdd);
    app->add_option("SOURCE", add_.source, "ADDR:PORT, or an address where ports do not count")
        ->required();
    app->add_option("--impi", add_.impi, "private identity")->required()->type_name("IMPI");
    app->add_option("--impu", add_.impus,
                    "public identity; may be repeated, the first is the default")
        ->required()
        ->type_name("IMPU")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    app->add_option("--expires", add_.expires_s, "lifetime: 3600, 90m, 2h")
        ->transform(as_seconds())
        ->default_str("1h");
    runs(app, bindings_add, add_);
}

void Program::add_bindings_history(CLI::App& bindings) {
    auto* app = command(bindings, "history", "What became of a binding, a source or a subscriber",
                        help::kBindingsHistory);
    auto* which = app->add_option_group("which");
    which->add_option("BINDING", history_.id, "its id, or a source");
    which->add_option("--impi", history_.impi, "private identity")->type_name("IMPI");
    which->require_option(1);
    app->add_option("--limit", history_.limit, "most to show; 0: all")
        ->capture_default_str()
        ->type_name("N");
    runs(app, bindings_history, history_);
}

void Program::add_audit() {
    auto* app = command(app_, "audit", "Who changed what", help::kAudit);
    app->require_subcommand(1);
    auto* all = command(*app, "list", "Changes by the admin interface", help::kAudit);
    all->add_option("--caller", audit_.caller, "in whose name this occurs")->type_name("TEXT");
    all->add_option("--method", audit_.method, "PUT, PATCH, DELETE or POST")->type_name("METHOD");
    all->add_option("--path", audit_.path, "of what begins with this")->type_name("PATH");
    all->add_option("--limit", audit_.limit, "most to show; 0: all")
        ->capture_default_str()
        ->type_name("N");
    runs(all, audit_list, audit_);
}

void Program::add_events() {
    auto* app =
        command(app_, "events", "What happens: drops, registrations, changes", help::kEvents);
    app->add_flag("-f,--follow", events_.follow, "and those to come, until stopped");
    offers(app->add_option("--type", events_.type,
                           "only these: drop, would_drop, bound, released, ..."),
           words_of_event_types())
        ->type_name("TYPE,...");
    offers(app->add_option("--reason", events_.reason, "only for these reasons"),
           words_of_reasons())
        ->type_name("REASON,...");
    app->add_option("--impi", events_.impi, "only of this subscriber")->type_name("IMPI");
    app->add_option("--after", events_.after, "only later than the event of this id")
        ->check(CLI::NonNegativeNumber.description(""))
        ->type_name("ID");
    app->add_option("--limit", events_.limit, "most past events to show")
        ->check(CLI::Range(1, 1000).description(""))
        ->capture_default_str()
        ->type_name("N");
    runs(app, events, events_);
}

void Program::add_explain() {
    auto* app = command(app_, "explain", "Judge one message and say why", help::kExplain);
    app->add_option("--sip", explain_.sip_file, "the message, as in a datagram; -: stdin")
        ->required()
        ->type_name("FILE");
    app->add_option("--from", explain_.from, "where it comes from")
        ->required()
        ->type_name("ADDR:PORT");
    app->add_option("--to", explain_.to, "where it goes")->required()->type_name("ADDR:PORT");
    auto* config = app->add_option("--config", explain_.config, "configuration of the guard")
                       ->type_name("FILE");
    app->add_flag("--live", explain_.live, "ask the running guard")->excludes(config);
    runs(app, explain, explain_);
}

void Program::add_replay() {
    auto* app =
        command(app_, "replay", "Judge captures: what would be dropped, and why", help::kReplay);
    app->add_option("FILE", replay_.files, "pcap or pcapng; -: stdin")->required();
    app->add_option("--config", replay_.config, "configuration of the guard")->type_name("FILE");
    app->add_flag("--drops", replay_.only_findings, "only what does not pass");
    runs(app, replay, replay_);
}

void Program::add_config() {
    auto* app =
        command(app_, "config", "Begin a configuration, check it, reload it", help::kConfig);
    app->require_subcommand(1);
    auto* check = command(*app, "check", "Find what is wrong in it", help::kConfigCheck);
    check->add_option("FILE", config_, "the configuration")->capture_default_str();
    runs(check, config_check, config_);
    auto* show =
        command(*app, "show", "Every value in effect and where it comes from", help::kConfigShow);
    auto* file = show->add_option("FILE", config_, "the configuration")->capture_default_str();
    show->add_flag("--live", live_, "that of the running guard")->excludes(file);
    show->callback([this] {
        if (live_)
            run_ = config_show_live;
        else
            run_ = [this](Session& session) { return config_show(session, config_); };
    });
    add_config_init(*app);
    add_config_of_daemon(*app);
}

void Program::add_config_init(CLI::App& config) {
    auto* init = command(config, "init", "Write a first configuration", help::kConfigInit);
    init->add_option("--write", init_.output, "the file to write; default: stdout")
        ->type_name("FILE");
    auto* kamailio = init->add_option("--from-kamailio", init_.kamailio,
                                      "configuration of the P-CSCF: its directory or first file")
                         ->type_name("DIR");
    init->add_option("--define", init_.defines, "what Kamailio is started with as -A")
        ->type_name("NAME[=VALUE]")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->needs(kamailio);
    init->add_flag("--force", init_.force, "overwrite the file");
    runs(init, config_init, init_);
}

void Program::add_config_of_daemon(CLI::App& config) {
    runs(command(config, "diff", "What a reload would change", help::kConfigDiff), config_diff);
    auto* reload = command(config, "reload", "Have gmguardd read its file again", help::kReload);
    reload->add_flag("--dry-run", reload_.dry_run, "only say what would change");
    reload->add_flag("--drop-bindings", reload_.drop_bindings,
                     "also where bindings end, as their pool changes");
    runs(reload, config_reload, reload_);
}

void Program::add_token() {
    const std::map<std::string, std::uint64_t> units{{"h", 1}, {"d", 24}};
    auto* app = command(app_, "token", "Tokens for the admin interface over TCP", help::kToken);
    app->require_subcommand(1);
    auto* fresh = command(*app, "new", "Make one, and the line of the token file", help::kToken);
    fresh->add_option("NAME", token_.name, "whose it is, for the log")->required();
    fresh->add_option("--role", token_.role, "viewer: may look; admin: may do everything")
        ->check(CLI::IsMember({"viewer", "admin"}))
        ->capture_default_str()
        ->type_name("ROLE");
    fresh->add_option("--expires", token_.expires_h, "after which it is no longer good: 12h, 90d")
        ->transform(CLI::AsNumberWithUnit(units, CLI::AsNumberWithUnit::UNIT_REQUIRED, "TIME"));
    runs(fresh, token_new, token_);
}

void Program::add_doctor() {
    auto* app = command(app_, "doctor", "What is right and wrong with this host", help::kDoctor);
    app->add_option("--config", config_, "configuration of the guard")
        ->capture_default_str()
        ->type_name("FILE");
    runs(app, examine, config_);
}

void Program::add_support() {
    auto* app = command(app_, "support", "For those who are to help", help::kSupport);
    app->require_subcommand(1);
    auto* dump = command(*app, "dump", "All that is of use to them, in one file", help::kSupport);
    dump->add_option("FILE", support_.file, "a .tar.gz; else gmguard-support-TIME.tar.gz, here");
    dump->add_option("--config", support_.config, "configuration of the guard")
        ->capture_default_str()
        ->type_name("FILE");
    dump->add_flag("--identities", support_.identities,
                   "subscribers' names as they are, and their bindings");
    runs(dump, support_dump, support_);
}

void Program::add_completion() {
    const std::vector<std::string> shells{"bash", "zsh", "fish"};
    auto* app = command(app_, "completion", "A script that makes a shell complete these words",
                        help::kCompletion);
    offers(app->add_option("SHELL", shell_, "bash, zsh or fish"), shells)
        ->required()
        ->check(CLI::IsMember(shells).description(""));
    runs(app, completion, shell_);
}

Program::Program() {
    app_.require_subcommand(1);
    app_.footer(help::kProgram);
    app_.set_version_flag("--version", "gmguard " GMGUARD_VERSION);
    app_.get_formatter()->column_width(28);
    add_globals();
    add_status();
    add_attach();
    add_detach();
    add_mode();
    add_bindings();
    add_conflicts();
    add_lease();
    add_sa();
    add_audit();
    add_events();
    add_explain();
    add_replay();
    add_config();
    add_token();
    add_doctor();
    add_support();
    add_completion();
}

CommandWords Program::words_of(const CLI::App& app) const {
    CommandWords out{app.get_name(), app.get_description(), {}, {}, {}};
    for (const auto* option : app.get_options()) {
        auto& kind = option->get_positional() ? out.positionals : out.options;
        kind.push_back(words_of(*option));
    }
    for (const auto* each : app.get_subcommands({})) {
        auto words = words_of(*each);
        if (!words.name.empty()) {
            out.commands.push_back(std::move(words));
            continue;
        } // a group of options
        std::ranges::move(words.options, std::back_inserter(out.options));
        std::ranges::move(words.positionals, std::back_inserter(out.positionals));
    }
    return out;
}

ArgumentWords Program::words_of(const CLI::Option& option) const {
    auto out = words_of_option(option);
    if (const auto found = offered_.find(&option); found != offered_.end())
        out.choices = found->second;
    return out;
}

std::string Program::wrong_usage(const CLI::ParseError& error,
                                 const std::vector<std::string>& words) const {
    const auto [app, stranger] = named_by(app_, words);
    std::vector<std::string> names;
    for (const auto* each : commands_of(*app))
        names.push_back(each->get_name());
    const std::vector<std::string_view> views(names.begin(), names.end());
    const auto near = config::did_you_mean(stranger, views);
    if (!stranger.empty() && !near.empty())
        return fmt::format("\"{}\" is no command; {}", stranger, near);
    return fmt::format("{}; see {} --help", error.what(), path_of(app));
}

Arguments Program::read(std::vector<std::string> words) {
    auto reversed = std::vector<std::string>(words.rbegin(), words.rend()); // as CLI11 takes them
    try {
        app_.parse(std::move(reversed));
        return Command{globals_, run_};
    } catch (const CLI::CallForHelp&) {
        return Help{app_.help()};
    } catch (const CLI::CallForVersion&) {
        return Help{app_.version() + "\n"};
    } catch (const CLI::ParseError& error) {
        globals_.format = format_in(words);
        return WrongUsage{globals_, wrong_usage(error, words)};
    }
}

} // namespace

Arguments read_arguments(const std::vector<std::string>& words) {
    // Commands refer to the options: the program lives as long as what it gives.
    const auto program = std::make_shared<Program>();
    auto arguments = program->read(words);
    if (auto* command = std::get_if<Command>(&arguments))
        command->run = [program, run = std::move(command->run)](Session& session) {
            return run(session);
        };
    return arguments;
}

CommandWords command_words() {
    return Program().words();
}

} // namespace gmguard::cli
