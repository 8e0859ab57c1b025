// SPDX-License-Identifier: BSD-2-Clause
// The policy: what a registration that was seen on the wire means for the kernel's maps. Pure: no
// kernel, no clock, no I/O; the same events in the same order give the same operations.
//
// Life of a binding (design: "Life of a binding"; threats H1, H2, H8, H10, H16, H20):
//
//   clear REGISTER          a transaction that can only be challenged; changes no binding, ever
//   401 to the asking address   pending: PutChallenge, the registration timer runs; excludes nobody
//   protected REGISTER      a transaction that can commit, if it bears the challenged IMPI
//   2xx to it               bound: exclusive on its key, IMPUs := P-Associated-URI (else the To),
//                           until granted expiry + 30 s. On a key that another user holds: shadow
//   2xx to a removal        cooldown: identities still pass, the key is free, 128 s later it is
//   gone anything else           changes no binding
//   no association for 128 s     lapsed: identities still pass, the key is free (H21)
//
// A phone that registered before the guard came is adopted where it speaks, or has a security
// association (H14): it passes with whatever identity no live binding holds, keeps nobody out, and
// ends with the next 200.
//
// Which answers count. With core peers: only theirs (Tap::core), and only if the REGISTER was
// seen going on to the core with the Via list [P-CSCF's own, phone's] and the answer has that very
// list. Without: answers seen leaving to the phone (Tap::leaving), Via list [phone's], to the
// address that asked.
//
// An IMPU may lawfully belong to several users (an implicit set that is shared). Each of them holds
// it in gm_owners, where it is the oldest live binding's, and passes to the next oldest when that
// one ends.
#pragma once

#include "base/error.hpp"
#include "binding/associations.hpp"
#include "binding/events.hpp"
#include "binding/hashing.hpp"
#include "binding/operations.hpp"
#include "binding/pinned.hpp"
#include "binding/rules.hpp"
#include "binding/view.hpp"

#include <memory>
#include <span>
#include <utility>

namespace gmguard::binding {

struct Grant;

class Policy {
  public:
    // `hasher` outlives the policy.
    Policy(const Hasher& hasher, KeyForms forms, Rules rules = {});
    ~Policy();
    Policy(const Policy&) = delete;
    Policy& operator=(const Policy&) = delete;

    [[nodiscard]] Outcome handle(const Event& event);
    // The same of a message, into `out`, which is empty.
    void hear(Tap tap, const Heard& heard, Outcome& out);
    // Whether an answer that leaves with this status can have an outcome: else it need not be read.
    [[nodiscard]] bool minds_leaving(int status) const;

    // Binds by hand, or renews the binding of this user with these identities. invalid: no IMPI, no
    // IMPU, one without canonical form, or a port that is missing. conflict: the selector is
    // another user's. exhausted: the maps are full.
    [[nodiscard]] Result<Outcome> add(const Add& request);
    // Ends a binding at once, without cooldown; forgets a pending or a shadow. not_found: no such
    // id.
    [[nodiscard]] Result<Outcome> release(std::string_view id, std::uint64_t now_ns);

    // The leases of these addresses are over: ends at once what is bound to them, whole or in part,
    // and forgets the shadows there. Who was challenged may come back: he may be the next.
    [[nodiscard]] Outcome end_lease(const Prefix& addresses, std::uint64_t now_ns);

    // Ends what a shadow lost against and binds the shadow in its place, with what its 200 granted.
    // not_found: no such shadow, or it has expired. exhausted: the maps are full.
    [[nodiscard]] Result<Outcome> hand_over(std::string_view shadow, std::uint64_t now_ns);

    // Rebuilds the table from pinned maps, at start, before any event. The operations remove what
    // has no meaning any more (expired, of another key form, identities or owners of nobody) and
    // complete what is missing. Entries of gm_challenges are not adopted: they expire by
    // themselves.
    // Error: what reading one of them failed with.
    [[nodiscard]] Result<Outcome> adopt(std::uint64_t now_ns, const PinnedMaps& pinned);

    // The forms of keys are others than before. Bindings and shadows of an old form end, bindings
    // with a notice each; registrations under way go on under the new one.
    [[nodiscard]] Outcome reform(std::uint64_t now_ns);
    // How many that are bound or adopted would end if these were the forms.
    [[nodiscard]] std::size_t misfits(const KeyForms& forms) const;

    // Selectors whose last_seen_ns decides something (a new port that is not used yet, D.2.3): read
    // gm_bindings for them before each Tick and tell by Seen. Seldom more than a few.
    [[nodiscard]] std::vector<gm_selector> watched() const;

    void believe_core(bool core_peers_are_configured);
    // Without it nobody is adopted because he speaks.
    void adopt_by(Adoption adoption);
    void judged_by(gm_profile profile);
    // Without it no selector is contested.
    void contest_by(Conflicts conflicts);
    // Where it says so, the answer to a protected REGISTER is seen only as it comes from the core.
    void encrypted_by(Encrypts encrypts);

    // The binding that excludes others from this source now. None: nobody's.
    [[nodiscard]] std::optional<BindingView> holder(const Endpoint& source,
                                                    std::uint64_t now_ns) const;
    [[nodiscard]] std::optional<BindingView> find(std::string_view id) const;
    // Looks at all bindings where neither impi nor impu is given, and unpacks them all where text
    // is.
    [[nodiscard]] Page find(const Query& query) const;
    // The inbound security associations, by P-CSCF and SPI.
    [[nodiscard]] std::vector<SpiView> spis(std::uint64_t now_ns) const;
    [[nodiscard]] std::optional<SpiView> spi(const Address& pcscf, std::uint32_t spi,
                                             std::uint64_t now_ns) const;
    [[nodiscard]] Counts counts() const;
    // Bytes of user-space memory that the bindings take, indexes included.
    [[nodiscard]] std::size_t bytes() const;

  private:
    [[nodiscard]] Result<Grant> read(const Add& request) const;

    struct Parts;
    std::unique_ptr<Parts> parts_;
};

} // namespace gmguard::binding
