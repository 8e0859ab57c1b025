// SPDX-License-Identifier: BSD-2-Clause
#include "arguments.hpp"
#include "daemon.hpp"

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string>
#include <thread>
#include <unistd.h>

namespace gmguard::cli {
namespace {

Output output_of(const Globals& globals) {
    const bool color = !globals.no_color && std::getenv("NO_COLOR") == nullptr &&
                       globals.format == Format::table && isatty(STDOUT_FILENO) == 1;
    return {
        std::cout, std::cerr, {.format = globals.format, .color = color, .quiet = globals.quiet}};
}

bool wait_a_second() {
    std::this_thread::sleep_for(std::chrono::seconds(1));
    return true;
}

bool ask_at_terminal(const std::string& question) {
    if (isatty(STDIN_FILENO) != 1 || isatty(STDERR_FILENO) != 1)
        return false;
    std::cerr << question << "\nGo on? [y/N] " << std::flush;
    std::string answer;
    std::getline(std::cin, answer);
    return answer == "y" || answer == "yes";
}

Exit carry_out(const Command& command) {
    auto output = output_of(command.globals);
    Daemon daemon(command.globals.remote);
    Session session{
        daemon,        output,         command.globals.pins, std::chrono::system_clock::now(),
        wait_a_second, ask_at_terminal};
    return command.run(session);
}

Exit carry_out(const Help& help) {
    std::cout << help.text;
    return Exit::ok;
}

Exit carry_out(const WrongUsage& wrong) {
    return output_of(wrong.globals).fail(usage_failure(wrong.text));
}

} // namespace
} // namespace gmguard::cli

int main(int argc, char** argv) {
    std::ios::sync_with_stdio(false);
    const auto arguments = gmguard::cli::read_arguments({argv + 1, argv + argc});
    const auto exit =
        std::visit([](const auto& each) { return gmguard::cli::carry_out(each); }, arguments);
    std::cout.flush();
    return static_cast<int>(exit);
}
