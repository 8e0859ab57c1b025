// SPDX-License-Identifier: BSD-2-Clause
// What --help says below the options: examples that work as they stand, and what to do next.
#pragma once

namespace gmguard::cli::help {

inline constexpr const char* kProgram = R"(Start here:
  gmguard replay yesterday.pcap          what would be dropped, before anything is attached
  gmguard config check gmguard.toml      then start gmguardd
  gmguard doctor                         what this host lacks
  gmguard attach eth0                    guard an interface
  gmguard status                         what is guarded, and how
  gmguard drops; gmguard events -f       what is dropped, and why
  gmguard mode set all enforce           once monitor shows nothing that must pass

Output: results go to stdout, errors and remarks to stderr. With -o json or jsonl stdout has JSON
alone and an error is one RFC 9457 object on stderr.
Exit: 0 ok, 1 failed, 2 wrong usage, 3 not found, 4 conflict, 5 degraded or not reachable.
Environment: GMGUARD_SERVER, GMGUARD_TOKEN_FILE, GMGUARD_CA_FILE, GMGUARD_CERT_FILE,
GMGUARD_KEY_FILE, GMGUARD_PINS, NO_COLOR.)";

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
  gmguard mode set all enforce --confirm 60s         falls back after 60 s, unless confirmed
  gmguard mode set all enforce --yes                 although some phones are adopted

off: not looked at. monitor: passes, counted as would_drop. enforce: dropped; refused while a socket
of a listener was made outside of the guarded cgroup, as gm_inside does not see what it gets; asks
while phones are adopted: they registered before the guard came, and whose they are is not known.
Holds until gmguardd starts anew; to keep it, write it to the configuration.

--confirm: all modes go back to what they were unless `gmguard confirm` comes in time. While a change
waits, one more with --confirm joins it: the time starts anew, and they go back to what stood before
the first; one without is refused. gmguardd falls back before it ends, too; one that is killed leaves
the modes in the kernel until it starts again, with those of its configuration: let its service
manager start it again (Restart=always).)";

inline constexpr const char* kConfirm =
    R"(Exit 4 where nothing waits to be confirmed: then the modes have fallen back already.

Example:
  gmguard mode set all enforce --confirm 60s && gmguard status && gmguard confirm)";

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

inline constexpr const char* kLease =
    R"(An address went back to whoever gives it out: what is bound to it ends at once, and the next to have
it need not wait for an answer, or for the end of a registration that may last days. For the script
that a DHCP server runs; SMF, PGW or AAA may POST to /v1/leases. Twice, or for nobody, does no harm.

Examples:
  gmguard lease release 192.0.2.7
  gmguard lease release 2001:db8:1:2::/64)";

inline constexpr const char* kSa =
    R"(What the P-CSCF has installed (XFRM), beside what was negotiated (Security-Server of the 401) and who
is bound by it. gmguardd audits each: algorithms and keys, life (seconds, 2^32-1 or for ever), mode,
selector, owner; what deviates is an alarm too. Keys are neither shown nor kept, and gmguard neither
makes nor ends an association: that is the P-CSCF's.

Examples:
  gmguard sa list --deviating
  gmguard sa list --selector 192.0.2.7
  gmguard sa show 0x1001)";

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

TCP is judged at the segment that completes a message. A segment that is refused because others are
missing before it (tcp_order) is judged again once they came. Of a connection that began before the
capture, nothing is judged before the first segment that begins with a message.

ESP that is not encrypted (ealg=null) is judged as what is in it; its integrity is not checked.
Encrypted ESP is told as such, and judged by its SPI and source. SPIs are those of the 401s that can
be read: one agreed on in encrypted ESP is told as esp_unknown_spi. In JSON "spi" and "encrypted" say
of a packet that it came in ESP.

Examples:
  gmguard replay yesterday.pcap
  gmguard replay --config gmguard.toml -o jsonl a.pcap b.pcapng | jq -c 'select(.verdict != "pass")'
  tcpdump -i gm0 -w - port 5060 | gmguard replay -)";

inline constexpr const char* kConfig = R"(Examples:
  gmguard config check gmguard.toml
  gmguard config show                                every value in effect and where it comes from
  gmguard config diff                                what the file would change in the running guard
  gmguard config reload                              take it over, all of it or nothing)";

inline constexpr const char* kConfigInit =
    R"(Writes a configuration that config check takes, in mode monitor: from the interfaces and the SIP
sockets of this machine, or from the configuration of a Kamailio P-CSCF. Each line says where it comes
from; GUESS marks what cannot be known, and what nobody can see (core peers) is a commented line.

Examples:
  gmguard config init > gmguard.toml
  gmguard config init --from-kamailio /etc/kamailio_pcscf --write /etc/gmguard/gmguard.toml
  gmguard config init --from-kamailio /etc/kamailio/kamailio.cfg --define WITH_V6

A P-CSCF in a network namespace of its own: nsenter --net=/run/netns/NAME gmguard config init.
Next: look at it; gmguard config check; start gmguardd.)";

inline constexpr const char* kConfigShow = R"(Examples:
  gmguard config show gmguard.toml
  gmguard config show --live                         what is in force, also what was set at run time)";

inline constexpr const char* kConfigDiff =
    R"(Compares what is in force with what the file says now. Nothing changes. Exit 1 where the file is
wrong, 4 where a reload would be refused.

Examples:
  gmguard config diff
  gmguard config diff -o json | jq '.changes[].key')";

inline constexpr const char* kReload =
    R"(gmguardd reads its own file again, as on SIGHUP, checks it whole and takes over all of it, while it
guards: no port is unguarded meanwhile, and no phone is cut. Where anything is wrong it says
FILE:LINE:COLUMN and why, and everything stays as it was.

The size of the maps (limits.bindings), the place of the pins and the admin socket do not change at
run time: such a file is refused. Modes that were set at run time are as the file says afterwards.
A pool that gives other selectors to sources that are bound ends their bindings: that must be asked
for with --drop-bindings.

Examples:
  gmguard config reload --dry-run
  gmguard config reload
  systemctl reload gmguardd                          the same, where the unit sends SIGHUP

Exit 1 where the file is wrong, 4 where something cannot be changed.)";

inline constexpr const char* kConfigCheck =
    R"(Finds every problem in one go, each as FILE:LINE:COLUMN: MESSAGE; HINT. Exit 1 where there is one.

Example:
  gmguard config check gmguard.toml)";

inline constexpr const char* kToken =
    R"(A token opens the admin interface over TCP ([admin] listen = "https://..." in the configuration). The
first line of the output is the token, shown this once; the second goes into [admin] token_file, which
gmguardd reads anew by itself: a line that is taken out there is no longer good.

Examples:
  gmguard token new prometheus
  gmguard token new ops --role admin --expires 90d
  gmguard --server https://192.0.2.1:8480 --ca-file ca.pem --token-file ops.token status)";

inline constexpr const char* kDoctor =
    R"(Looks at the kernel, privileges and mounts, at each configured interface (driver, MTU, offloads, other
programs on its hooks), at the cgroup, and at the sockets that listen: against those configured, and
whether they are judged. Says for each what to do. Changes nothing; works without gmguardd.

Examples:
  gmguard doctor
  gmguard doctor --config gmguard.toml
  gmguard doctor -o jsonl | jq -r 'select(.grade != "ok") | .what'

Exit 0: all is well; 5: there are warnings; 1: something is wrong.)";

inline constexpr const char* kSupport =
    R"(Configuration without secrets, status, modes, drops, the doctor's findings, metrics, maps and programs
as the kernel has them, the last 10,000 events, what the kernel's log says of BPF. Subscribers' names
are hashed, by a key that is drawn anew each time. What cannot be had, as without gmguardd, is left
out and named in missing.json. The file is for its owner alone (mode 0600).

Examples:
  gmguard support dump
  gmguard support dump /tmp/for-support.tar.gz
  gmguard support dump --identities                  names in clear, and the bindings)";

inline constexpr const char* kCompletion = R"(Examples:
  source <(gmguard completion bash)                  in ~/.bashrc; in ~/.zshrc with zsh
  gmguard completion bash > /etc/bash_completion.d/gmguard
  gmguard completion fish > ~/.config/fish/completions/gmguard.fish)";

} // namespace gmguard::cli::help
