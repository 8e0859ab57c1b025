// SPDX-License-Identifier: BSD-2-Clause
#include "completion.hpp"

#include "commands.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace gmguard::cli {
namespace {

using Lines = std::vector<std::string>;

// A command with the words that lead to it: "gmguard mode set".
struct Place {
    std::string path;
    const CommandWords* command;
};

void walk(const std::string& path, const CommandWords& command, std::vector<Place>& out) {
    out.push_back({path, &command});
    for (const auto& each : command.commands)
        walk(path + " " + each.name, each, out);
}

std::vector<Place> places_of(const CommandWords& program) {
    std::vector<Place> out;
    walk(program.name, program, out);
    return out;
}

std::string quoted(const std::string& text) {
    std::string out = "'";
    for (const char c : text)
        out += c == '\'' ? "'\\''" : std::string(1, c);
    return out + "'";
}

// The program itself, whose options may stand behind any command.
bool is_program(const Place& place) {
    return !place.path.contains(' ');
}

// Patterns of an option's names behind the path of its command. `any`: how the shell begins one
// whose first words may be any.
Lines keys_of(const Place& place, const ArgumentWords& option, std::string_view any) {
    Lines out;
    for (const auto& name : option.names)
        out.push_back(is_program(place) ? fmt::format("{} {}'", any, name)
                                        : quoted(place.path + " " + name));
    return out;
}
constexpr std::string_view kAnyInBash = "*'";
constexpr std::string_view kAnyInFish = "'*";

Lines command_keys(const std::vector<Place>& places) {
    Lines out;
    for (const auto& place : places)
        if (!is_program(place))
            out.push_back(quoted(place.path));
    return out;
}

Lines value_keys(const std::vector<Place>& places, std::string_view any) {
    Lines out;
    for (const auto& place : places)
        for (const auto& option : place.command->options)
            if (!option.value.empty())
                for (const auto& key : keys_of(place, option, any))
                    out.push_back(key);
    return out;
}

// --- bash

// What offers the values of one argument, and ends the offering.
std::string bash_values(const ArgumentWords& argument) {
    if (!argument.choices.empty())
        return "_gmguard_offer " + quoted(fmt::format("{}", fmt::join(argument.choices, " ")));
    if (argument.value == "FILE" || argument.value == "DIR")
        return argument.value == "FILE" ? "_gmguard_paths -f" : "_gmguard_paths -d";
    if (argument.value == "INTERFACE")
        return "_gmguard_offer \"$(ls /sys/class/net)\"";
    return "return";
}

Lines bash_cases(const std::vector<Place>& places) {
    Lines out;
    for (const auto& place : places) {
        for (const auto& option : place.command->options)
            if (!option.value.empty())
                out.push_back(fmt::format("    {}) {} ;;",
                                          fmt::join(keys_of(place, option, kAnyInBash), "|"),
                                          bash_values(option)));
        for (std::size_t i = 0; i < place.command->positionals.size(); ++i)
            out.push_back(fmt::format("    {}) {} ;;", quoted(fmt::format("{} {}", place.path, i)),
                                      bash_values(place.command->positionals[i])));
    }
    return out;
}

Lines option_names(const CommandWords& command) {
    Lines out;
    for (const auto& option : command.options)
        out.insert(out.end(), option.names.begin(), option.names.end());
    return out;
}

// The commands below a place; its options and those of the program where a dash is typed.
Lines bash_words(const std::vector<Place>& places) {
    Lines out;
    const auto common = option_names(*places.front().command);
    for (const auto& place : places) {
        Lines names;
        for (const auto& each : place.command->commands)
            names.push_back(each.name);
        auto options = option_names(*place.command);
        if (!is_program(place))
            options.insert(options.end(), common.begin(), common.end());
        out.push_back(fmt::format("    {}) commands={} options={} ;;", quoted(place.path),
                                  quoted(fmt::format("{}", fmt::join(names, " "))),
                                  quoted(fmt::format("{}", fmt::join(options, " ")))));
    }
    return out;
}

// "path" would be PATH in zsh.
constexpr const char* kBash = R"(_gmguard_offer() {{
    COMPREPLY=($(compgen -W "$1" -- "$cur"))
}}
_gmguard_paths() {{
    local IFS=$'\n'
    COMPREPLY=($(compgen "$1" -- "$cur"))
    compopt -o filenames 2>/dev/null
}}
_gmguard() {{
    local cur=${{COMP_WORDS[COMP_CWORD]}} where=gmguard place=0 option= word i commands options
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${{COMP_WORDS[i]}}
        [[ $word == '=' ]] && continue
        if [[ -n $option ]]; then
            option=
            continue
        fi
        case "$where $word" in
        {commands}) where="$where $word" place=0 ;;
        {takes_value}) option=$word ;;
        *' -'*) ;;
        *) place=$((place + 1)) ;;
        esac
    done
    [[ $cur == '=' ]] && cur=
    COMPREPLY=()
    if [[ -n $option || $cur != -* ]]; then
        case "$where ${{option:-$place}}" in
{values}
        esac
        [[ -n $option || ${{#COMPREPLY[@]}} -gt 0 ]] && return
    fi
    case "$where" in
{words}
    esac
    if [[ $cur == -* ]]; then
        _gmguard_offer "$options"
    else
        _gmguard_offer "$commands"
    fi
}}
complete -F _gmguard gmguard
)";

std::string bash_body(const CommandWords& program) {
    const auto places = places_of(program);
    return fmt::format(kBash, fmt::arg("commands", fmt::join(command_keys(places), "|")),
                       fmt::arg("takes_value", fmt::join(value_keys(places, kAnyInBash), "|")),
                       fmt::arg("values", fmt::join(bash_cases(places), "\n")),
                       fmt::arg("words", fmt::join(bash_words(places), "\n")));
}

// --- fish

std::string fish_quoted(const std::string& text) {
    std::string out = "'";
    for (const char c : text)
        out += c == '\'' || c == '\\' ? std::string{'\\', c} : std::string(1, c);
    return out + "'";
}

std::string fish_values(const ArgumentWords& argument) {
    if (!argument.choices.empty())
        return " -xa " + fish_quoted(fmt::format("{}", fmt::join(argument.choices, " ")));
    if (argument.value == "INTERFACE")
        return " -xa '(ls /sys/class/net)'";
    return argument.value == "FILE" || argument.value == "DIR" ? " -rF" : " -x";
}

std::string fish_option(const std::string& condition, const ArgumentWords& option) {
    std::string line = "complete -c gmguard" + condition;
    for (const auto& name : option.names)
        line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
    return line + (option.value.empty() ? "" : fish_values(option)) + " -d " +
           fish_quoted(option.what);
}

Lines fish_lines(const Place& place) {
    Lines out;
    const auto here = " -n " + fish_quoted("__gmguard_at \"" + place.path + "\"");
    for (const auto& each : place.command->commands)
        out.push_back("complete -c gmguard" + here + " -a " + each.name + " -d " +
                      fish_quoted(each.what));
    for (const auto& option : place.command->options)
        out.push_back(fish_option(is_program(place) ? "" : here, option));
    for (std::size_t i = 0; i < place.command->positionals.size(); ++i) {
        const auto& argument = place.command->positionals[i];
        out.push_back(fmt::format(
            "complete -c gmguard -n {}{}",
            fish_quoted(fmt::format("__gmguard_at \"{}\" {}", place.path, i)),
            argument.choices.empty() && argument.value == "FILE" ? " -F" : fish_values(argument)));
    }
    return out;
}

constexpr const char* kFish =
    R"(# Whether the words so far name that command and, if asked, so many arguments of it.
function __gmguard_at
    set -l path gmguard
    set -l place 0
    set -l skip no
    for word in (commandline -opc)[2..-1]
        if test $skip = yes
            set skip no
            continue
        end
        switch "$path $word"
            case {commands}
                set path "$path $word"
                set place 0
            case {takes_value}
                set skip yes
            case '* -*'
            case '*'
                set place (math $place + 1)
        end
    end
    test "$path" = "$argv[1]"; and test (count $argv) -lt 2 -o "$place" = "$argv[2]"
end
complete -c gmguard -f
{lines}
)";

} // namespace

std::string bash_completion(const CommandWords& program) {
    return "# bash completion of gmguard, made by `gmguard completion bash`\n" + bash_body(program);
}

std::string zsh_completion(const CommandWords& program) {
    return "# zsh completion of gmguard, made by `gmguard completion zsh`\n"
           "(( $+functions[compdef] )) || { autoload -U +X compinit && compinit; }\n"
           "autoload -U +X bashcompinit && bashcompinit\n" +
           bash_body(program);
}

std::string fish_completion(const CommandWords& program) {
    const auto places = places_of(program);
    Lines lines;
    for (const auto& place : places)
        for (auto& line : fish_lines(place))
            lines.push_back(std::move(line));
    return "# fish completion of gmguard, made by `gmguard completion fish`\n" +
           fmt::format(kFish, fmt::arg("commands", fmt::join(command_keys(places), " ")),
                       fmt::arg("takes_value", fmt::join(value_keys(places, kAnyInFish), " ")),
                       fmt::arg("lines", fmt::join(lines, "\n")));
}

Exit completion(Session& session, const std::string& shell) {
    const auto program = command_words();
    const auto script = shell == "bash"  ? bash_completion(program)
                        : shell == "zsh" ? zsh_completion(program)
                                         : fish_completion(program);
    if (session.out.is_table())
        session.out.text(script);
    else
        session.out.value(boost::json::object{{"shell", shell}, {"script", script}});
    return Exit::ok;
}

} // namespace gmguard::cli
