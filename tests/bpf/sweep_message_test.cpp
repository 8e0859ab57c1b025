// SPDX-License-Identifier: BSD-2-Clause
// Messages cut, lengthened and changed byte by byte.
#include "rows.hpp"

namespace gmguard::test {
namespace {

const std::string kShortNonce = "bm9uY2U=";

class Messages : public testing::Test {
  protected:
    Messages() : guard_(Guard::fresh()) {
        for (const auto& phone : {kPhone, kPhone6}) {
            guard_.bind({.phone = phone});
            guard_.challenge(phone, kShortNonce);
        }
    }
    bool passes(Program program, const Phone& phone, const std::string& text,
                std::uint16_t port = kClear) {
        const auto frame = bytes(datagram(phone, text, port));
        const std::span<const std::byte> bytes{reinterpret_cast<const std::byte*>(frame.data()),
                                               frame.size()};
        return kernel::passes(
            program, value_of(kernel::test_run(guard_.objects(), program, {.frame = bytes})).code);
    }
    // Where a header's line begins and ends.
    static std::pair<std::size_t, std::size_t> line(const std::string& text,
                                                    const std::string& name) {
        const auto from = text.find("\r\n" + name + ":") + 2;
        return {from, text.find("\r\n", from)};
    }
    // A change of one byte lets the message pass only where it changes what is forbidden.
    void change_each_byte(const std::string& text, std::pair<std::size_t, std::size_t> allowed) {
        for (std::size_t at = 0; at < text.size(); ++at)
            for (const char with : {'\0', '\t', '\n', '\r', ' ', '"',  '%', ',', '0',    ':',   ';',
                                    '<',  '=',  '>',  '@',  'A', '\\', '_', 'x', '\x7f', '\xff'}) {
                auto changed = text;
                changed[at] = with;
                if (changed == text || (at >= allowed.first && at < allowed.second))
                    continue;
                for (const auto program : {Program::front, Program::inside})
                    ASSERT_FALSE(passes(program, kPhone, changed))
                        << kernel::name(program) << " byte " << at << ": "
                        << testing::PrintToString(changed);
            }
    }

    Guard& guard_;
};

} // namespace

TEST_F(Messages, OfEachClass_PassWholeOnly) {
    for (const auto& phone : {kPhone, kPhone6})
        for (const auto& message :
             {phone.registers(), phone.registers().remove("Authorization"),
              phone.registers({.nonce = kShortNonce}),
              phone.registers({.nonce = kShortNonce, .auts = "oJXyD5OVZQz5OAuO2yI="})}) {
            const auto text = message.text();
            for (const auto program : {Program::front, Program::inside}) {
                for (std::size_t size = 0; size < text.size(); ++size)
                    ASSERT_FALSE(passes(program, phone, text.substr(0, size))) << size;
                ASSERT_TRUE(passes(program, phone, text));
            }
        }
}

TEST_F(Messages, ToAProtectedPort_PassWholeOnly) {
    for (const auto& phone : {kPhone, kPhone6})
        for (const auto& message : {phone.asks(), phone.registers({.nonce = "n", .response = "r"}),
                                    phone.answered("200 OK", "INVITE")}) {
            const auto text = message.text();
            for (std::size_t size = 4; size < text.size(); ++size)
                ASSERT_FALSE(passes(Program::inside, phone, text.substr(0, size), kProtected))
                    << size;
            ASSERT_TRUE(passes(Program::inside, phone, text, kProtected));
        }
}

TEST_F(Messages, OfEveryLength) {
    const auto smallest = kPhone.registers().text().size() + 9;
    for (std::size_t size = 0; size <= 9000;
         size += size < 80 || (size > 8100 && size < 8300) ? 1 : 37) {
        const auto bad = kPhone.asks("INVITE").pad(size).text();
        ASSERT_FALSE(passes(Program::front, kPhone, size < 80 ? bad.substr(0, size) : bad)) << size;
        ASSERT_FALSE(passes(Program::front, kPhone, std::string(size, 'x'))) << size;
        ASSERT_FALSE(passes(Program::front, kPhone, std::string(size, '\0'))) << size;
        if (size < smallest)
            continue;
        const auto good = kPhone.registers().pad(size).text();
        ASSERT_EQ(good.size(), size);
        ASSERT_EQ(passes(Program::front, kPhone, good), size <= GM_SIP_MAX) << size;
        if (size < 3400) {
            ASSERT_TRUE(passes(Program::inside, kPhone, good)) << size;
        }
    }
    EXPECT_EQ(
        guard_.run(Program::front, datagram(kPhone, kPhone.registers().pad(GM_SIP_MAX + 1).text()))
            .text(),
        "drop oversize");
}

TEST_F(Messages, WithAForeignContact_NeedAChangeThere) {
    const auto text = kPhone.registers().set("Contact", "<sip:192.0.2.9:5060>").text();
    change_each_byte(text, line(text, "Contact"));
}

TEST_F(Messages, WithAResponse_NeedAChangeThere) {
    const auto text =
        kPhone.registers({.nonce = kShortNonce, .response = "0123456789abcdef"}).text();
    change_each_byte(text, line(text, "Authorization"));
}

TEST_F(Messages, OfAnotherMethod_NeedAnotherMethod) {
    const auto text = kPhone.asks("INVITE").add("Contact", "<sip:192.0.2.7>").text();
    change_each_byte(text, {0, 0});
}

TEST_F(Messages, WithAForeignIdentity_NeedAChangeThere) {
    const auto text =
        kPhone.asks().set("P-Preferred-Identity", "<sip:001010000000002@ims.test>").text();
    const auto [from, to] = line(text, "P-Preferred-Identity");
    for (std::size_t at = 0; at < text.size(); ++at)
        for (const char with :
             {'\0', '\t', '\r', '\n', ' ', '"', ',', ':', ';', '<', '>', '@', 'x'}) {
            auto changed = text;
            changed[at] = with;
            if (changed == text || (at >= from && at < to))
                continue;
            ASSERT_FALSE(passes(Program::inside, kPhone, changed, kProtected))
                << "byte " << at << ": " << testing::PrintToString(changed);
        }
}

} // namespace gmguard::test
