// SPDX-License-Identifier: BSD-2-Clause
// What --help says below the options: examples that work as they stand, and what to do next.
#pragma once

namespace gmguard::cli::help {

inline constexpr const char* kProgram = R"(Start here:
  gmguard replay yesterday.pcap          what would be dropped, before anything is attached
  gmguard config check gmguard.toml      then start gmguardd
  gmguard attach eth0                    guard an interface
  gmguard status                         what is guarded, and how
  gmguard drops; gmguard events -f       what is dropped, and why
  gmguard mode set all enforce           once monitor shows nothing that must pass

Output: results go to stdout, errors and remarks to stderr. With -o json or jsonl stdout has JSON
alone and an error is one RFC 9457 object on stderr.
Exit: 0 ok, 1 failed, 2 wrong usage, 3 not found, 4 conflict, 5 degraded or not reachable.
Environment: GMGUARD_SERVER, GMGUARD_PINS, NO_COLOR.)";

inline constexpr const char* kCommon = R"(

Options of every command (-o json, --server, ...): gmguard --help)";

inline constexpr const char* kStatus = R"(Examples:
  gmguard status
  gmguard status -o json | jq .bindings

Exit 5 where the guard is not ready or gmguardd cannot be reached; then what is pinned in the kernel
is shown: it guards on without the daemon.)";

inline constexpr const char* kAttach = R"(Examples:
  gmguard attach eth0
  gmguard attach gm0 --netns pcscf --xdp-mode generic
  gmguard attach eth1 --side core        known as the side of the core, not attached

The programs stay when gmguardd ends: only detach removes them. What is to be attached at every start
stands in the configuration. Next: gmguard status; gmguard drops.)";

inline constexpr const char* kDetach = R"(Examples:
  gmguard detach eth0
  gmguard detach --all

--all works without gmguardd, too: it removes every program, filter and pin below --pins.)";

inline constexpr const char* kInterfaces = R"(Examples:
  gmguard interfaces
  gmguard interfaces -o jsonl | jq -r .name)";

inline constexpr const char* kMode = R"(Checks:
  only_register contact_source selector_unique same_user identity_bound home_domain
  clear_on_protected esp_source failure_matches_challenge unambiguous limits side

Examples:
  gmguard mode                                       the mode in effect, check by check
  gmguard mode set all monitor                       count and report, drop nothing
  gmguard mode set selector_unique enforce           on every listener
  gmguard mode set contact_source off --listener gm
  gmguard mode set contact_source default            follow the listener's mode again
  gmguard mode set all enforce --yes                 although some phones are adopted

off: not looked at. monitor: passes, counted as would_drop. enforce: dropped; refused while a socket
of a listener was made outside of the guarded cgroup, as gm_inside does not see what it gets; asks
while phones are adopted: they registered before the guard came, and whose they are is not known.
Holds until gmguardd starts anew; to keep it, write it to the configuration.)";

inline constexpr const char* kBindings =
    R"(A binding links a selector (a source address, with its port or not, or a prefix) to the subscriber
that registered from it.

Examples:
  gmguard bindings list
  gmguard bindings find alice                        in selector, IMPI or any IMPU
  gmguard bindings find --addr 192.0.2.7
  gmguard bindings show 192.0.2.7:5060               by source, or by id
  gmguard bindings history 192.0.2.7:5060            who was bound there before
  gmguard bindings release b_91c)";

inline constexpr const char* kBindingsList = R"(Examples:
  gmguard bindings list --state shadow
  gmguard bindings list --limit 0 -o jsonl > bindings.jsonl)";

inline constexpr const char* kBindingsFind = R"(Examples:
  gmguard bindings find alice
  gmguard bindings find --impu sip:alice@ims.test
  gmguard bindings find --addr 2001:db8::7           the selector that covers it
  gmguard bindings find --prefix 192.0.2.0/24        all selectors within

Exit 3 where none matches.)";

inline constexpr const char* kBindingsShow = R"(Examples:
  gmguard bindings show b_91c
  gmguard bindings show 192.0.2.7:5060
  gmguard bindings show '[2001:db8::7]:5060')";

inline constexpr const char* kBindingsAdd =
    R"(For a subscriber that is registered but not known, as after a first start beside a running P-CSCF.

Example:
  gmguard bindings add 192.0.2.7:5060 --impi alice@ims.test --impu sip:alice@ims.test \
                       --impu tel:+15551234 --expires 2h)";

inline constexpr const char* kBindingsRelease =
    R"(Ends a binding at once: its selector is free, its messages are refused.

Examples:
  gmguard bindings release b_91c
  gmguard bindings release 192.0.2.7:5060)";

inline constexpr const char* kBindingsExport = R"(Examples:
  gmguard bindings export > bindings.jsonl
  gmguard bindings import bindings.jsonl             exit 4 where some were refused, each is named
  echo '{"source":"192.0.2.7:5060","impi":"alice@ims.test","impus":["sip:alice@ims.test"],
         "expires_s":3600}' | tr -d '\n' | gmguard bindings import -

For a first start beside a running P-CSCF: what its own list says is bound at once, and need not be
adopted.)";

inline constexpr const char* kConflicts =
    R"(The core accepted a user on a selector that another user holds. The holder keeps it, the newcomer is
a shadow: reported in monitor, refused in enforce, until one of the registrations ends.

Examples:
  gmguard conflicts list
  gmguard conflicts show b_s3
  gmguard conflicts resolve b_s3 --keep newcomer     the lease went to him: the holder ends at once
  gmguard conflicts resolve b_s3 --keep holder       forget him until he registers again)";

inline constexpr const char* kBindingsHistory =
    R"(Newest first, also of what is long gone, as far as gmguardd keeps it ([store] in its configuration).

Examples:
  gmguard bindings history b_91c                     one binding, from its registration to its end
  gmguard bindings history 192.0.2.7:5060            who was bound there, and when
  gmguard bindings history 2001:db8:1:2::7           all that came from an address, its prefix too
  gmguard bindings history --impi alice@ims.test     a subscriber, wherever it was)";

inline constexpr const char* kAudit =
    R"(Who changed what through the admin interface, newest first, refused attempts too. "interrupted": the
daemon ended before it could answer; -o json then shows in `after` how it was found at the next start.

Examples:
  gmguard audit list
  gmguard audit list --path /v1/mode -o jsonl | jq -c '[.time, .caller, .before, .after]'
  gmguard audit list --caller "uid 0" --method DELETE --limit 0)";

inline constexpr const char* kDrops =
    R"(Counters since the maps were made; they never go back. Reasons that never happened are left out.

Example:
  gmguard drops -o jsonl | jq -r 'select(.dropped > 0) | .reason'

Next: gmguard events --reason REASON; gmguard explain.)";

inline constexpr const char* kEvents = R"(Examples:
  gmguard events                                     the last ones
  gmguard events -f                                  and those to come
  gmguard events -f --type drop,would_drop --reason selector_taken
  gmguard events --impi alice@ims.test -o jsonl

With -f, json is written as jsonl: a stream has no end.)";

inline constexpr const char* kExplain =
    R"(Says what the guard makes of one message, check by check. Nothing is attached and no daemon is asked,
unless --live: then the running guard answers, with its bindings.

Examples:
  gmguard explain --sip register.txt --from 192.0.2.7:5060 --to 192.0.2.1:5060
  gmguard explain --sip - --from [2001:db8::7]:5060 --to [2001:db8::1]:5060 --config gmguard.toml
  gmguard explain --sip register.txt --from 192.0.2.7:5060 --to 192.0.2.1:5060 --live)";

inline constexpr const char* kReplay =
    R"(Runs captures through the guard's own programs, on the captures' clock; nothing is attached and no
daemon is asked. Without --config every address is guarded on unprotected port 5060: profile annex-d,
all checks enforced, no limits, any home domain. Several captures are one after the other: what is
learned in the first counts in the next.

Examples:
  gmguard replay yesterday.pcap
  gmguard replay --config gmguard.toml -o jsonl a.pcap b.pcapng | jq -c 'select(.verdict != "pass")'
  tcpdump -i gm0 -w - port 5060 | gmguard replay -)";

inline constexpr const char* kConfig = R"(Examples:
  gmguard config check gmguard.toml
  gmguard config show                                every value in effect and where it comes from)";

inline constexpr const char* kConfigCheck =
    R"(Finds every problem in one go, each as FILE:LINE:COLUMN: MESSAGE; HINT. Exit 1 where there is one.

Example:
  gmguard config check gmguard.toml)";

} // namespace gmguard::cli::help
