// SPDX-License-Identifier: BSD-2-Clause
#include "kamailio/preprocess.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <optional>
#include <regex>

namespace gmguard::kamailio {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kDepth = 32; // of includes; more than anybody nests

bool is_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

std::string trimmed(std::string_view text) {
    const auto begin = text.find_first_not_of(" \t\r");
    if (begin == std::string_view::npos)
        return {};
    return std::string(text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1));
}

// The first word, and the rest behind it.
std::pair<std::string, std::string> split_word(const std::string& text) {
    const auto end = text.find_first_of(" \t");
    if (end == std::string::npos)
        return {text, ""};
    return {text.substr(0, end), trimmed(text.substr(end))};
}

std::string unquoted(const std::string& text) {
    const bool quoted = text.size() > 1 && (text.front() == '"' || text.front() == '\'') &&
                        text.back() == text.front();
    return quoted ? text.substr(1, text.size() - 2) : text;
}

// Takes comments out of line after line; strings keep what looks like one.
class Comments {
  public:
    std::string without(std::string_view line) {
        std::string out;
        char quote = 0;
        for (std::size_t i = 0; i < line.size(); ++i) {
            const auto rest = line.substr(i);
            if (block_) {
                if (rest.starts_with("*/")) {
                    block_ = false;
                    ++i;
                }
                continue;
            }
            if (quote == 0 && rest.starts_with("/*")) {
                block_ = true;
                ++i;
                continue;
            }
            if (quote == 0 && (rest.front() == '#' || rest.starts_with("//")))
                break;
            if (quote != 0 && rest.front() == '\\' && rest.size() > 1) {
                out += line[i++];
            } else if (quote != 0 ? line[i] == quote : line[i] == '"' || line[i] == '\'') {
                quote = quote != 0 ? char{0} : line[i];
            }
            out += line[i];
        }
        return trimmed(out);
    }
    [[nodiscard]] bool in_block() const { return block_; }

  private:
    bool block_ = false;
};

// "/pattern/by/flags", any sign instead of the slash.
struct Substitution {
    std::regex pattern;
    std::string by;
};

class Preprocessor {
  public:
    explicit Preprocessor(Defines defines) : defines_(std::move(defines)) {}

    Result<> file(const fs::path& path);
    std::vector<Line> take() { return std::move(lines_); }

  private:
    struct Branch {
        Place place;
        bool taken; // by its condition
        bool live;  // and what it lies in is
    };

    [[nodiscard]] bool live() const { return branches_.empty() || branches_.back().live; }
    [[nodiscard]] Result<> line(const Place& place, const std::string& text);
    [[nodiscard]] Result<> directive(const Place& place, const std::string& word,
                                     const std::string& rest);
    void branch(const Place& place, bool condition);
    [[nodiscard]] Result<> turn(const Place& place);
    [[nodiscard]] Result<> end(const Place& place);
    [[nodiscard]] Result<> include(const Place& place, const std::string& name, bool must);
    void define(const std::string& rest, bool again);
    [[nodiscard]] Result<> substitute(const Place& place, const std::string& word,
                                      const std::string& rest);
    [[nodiscard]] std::string expanded(const std::string& text) const;
    void expand_string(std::string& text) const;

    Defines defines_;
    std::vector<Substitution> substitutions_;
    std::vector<Branch> branches_;
    std::vector<fs::path> open_; // files, the including ones first
    std::vector<Line> lines_;
};

Result<> Preprocessor::file(const fs::path& path) {
    std::error_code none;
    std::ifstream in(path);
    if (!in || fs::is_directory(path, none))
        return fs::exists(path, none)
                   ? fail(system_error(fs::is_directory(path, none) ? EISDIR : EACCES,
                                       path.string(), "cannot read"))
                   : fail(ErrorKind::not_found, path.string(), "no such file");
    const auto depth = branches_.size();
    open_.push_back(fs::weakly_canonical(path, none));
    Comments comments;
    unsigned number = 0;
    for (std::string raw; std::getline(in, raw);) {
        const Place place{path.filename().string(), ++number};
        const auto text = trimmed(raw);
        const bool marked =
            !comments.in_block() && (text.starts_with("#!") || text.starts_with("!!"));
        auto done = marked ? directive(place, split_word(text.substr(2)).first,
                                       split_word(text.substr(2)).second)
                           : line(place, comments.without(raw));
        if (!done)
            return done;
    }
    open_.pop_back();
    if (branches_.size() > depth)
        return fail(ErrorKind::invalid, branches_.back().place.text(), "has no #!endif");
    return {};
}

Result<> Preprocessor::line(const Place& place, const std::string& text) {
    if (text.empty() || !live())
        return {};
    const auto [word, rest] = split_word(text);
    if (word == "include_file" || word == "import_file")
        return include(place, unquoted(expanded(rest)), word == "include_file");
    lines_.push_back({place, expanded(text)});
    return {};
}

// What is no directive of the preprocessor is a comment, as "#!KAMAILIO" is.
Result<> Preprocessor::directive(const Place& place, const std::string& word,
                                 const std::string& rest) {
    const auto name = split_word(rest).first;
    if (word == "ifdef" || word == "ifndef") {
        branch(place, defines_.contains(name) == (word == "ifdef"));
        return {};
    }
    if (word == "else")
        return turn(place);
    if (word == "endif")
        return end(place);
    if (!live())
        return {};
    if (word == "define" || word == "def" || word == "trydef" || word == "trydefine" ||
        word == "redef" || word == "redefine")
        define(rest, !word.starts_with("try"));
    else if (word == "subst" || word == "substdef" || word == "substdefs")
        return substitute(place, word, rest);
    else if (word == "include_file" || word == "import_file")
        return include(place, unquoted(expanded(rest)), word == "include_file");
    return {};
}

void Preprocessor::branch(const Place& place, bool condition) {
    branches_.push_back({place, condition, live() && condition});
}

Result<> Preprocessor::turn(const Place& place) {
    if (branches_.empty())
        return fail(ErrorKind::invalid, place.text(), "#!else without #!ifdef");
    Branch last = branches_.back();
    branches_.pop_back();
    last.taken = !last.taken;
    last.live = live() && last.taken;
    branches_.push_back(last);
    return {};
}

Result<> Preprocessor::end(const Place& place) {
    if (branches_.empty())
        return fail(ErrorKind::invalid, place.text(), "#!endif without #!ifdef");
    branches_.pop_back();
    return {};
}

// Looked for beside the file that includes it, then beside the first one.
Result<> Preprocessor::include(const Place& place, const std::string& name, bool must) {
    std::error_code none;
    fs::path path = open_.back().parent_path() / name;
    if (!fs::exists(path, none))
        path = open_.front().parent_path() / name;
    if (!fs::exists(path, none)) {
        if (!must)
            return {};
        return fail(ErrorKind::invalid, place.text(), "includes " + name + ", which is not there",
                    "give the whole directory of the P-CSCF's configuration");
    }
    if (std::ranges::find(open_, fs::weakly_canonical(path, none)) != open_.end() ||
        open_.size() >= kDepth)
        return fail(ErrorKind::invalid, place.text(), "includes " + name + ", which includes it");
    auto read = file(path);
    if (!read && read.error().kind != ErrorKind::invalid)
        return fail(ErrorKind::invalid, place.text(),
                    "includes what cannot be read: " + read.error().text());
    return read;
}

void Preprocessor::define(const std::string& rest, bool again) {
    Comments comments;
    const auto [name, value] = split_word(comments.without(rest));
    if (name.empty() || (!again && defines_.contains(name)))
        return;
    defines_[name] = expanded(value);
}

Result<> Preprocessor::substitute(const Place& place, const std::string& word,
                                  const std::string& rest) {
    const auto text = unquoted(rest);
    const char sign = text.empty() ? '/' : text.front();
    const auto middle = text.find(sign, 1);
    const auto last = middle == std::string::npos ? middle : text.find(sign, middle + 1);
    if (last == std::string::npos)
        return fail(ErrorKind::invalid, place.text(), "is no substitution: " + text,
                    "for example #!subst \"/NAME/value/\"");
    const auto pattern = text.substr(1, middle - 1);
    const auto by = text.substr(middle + 1, last - middle - 1);
    try {
        substitutions_.push_back({std::regex(pattern, std::regex::extended), by});
    } catch (const std::regex_error&) {
        return fail(ErrorKind::invalid, place.text(), "is no regular expression: " + pattern);
    }
    if (word == "substdef")
        defines_[pattern] = by;
    else if (word == "substdefs")
        defines_[pattern] = "\"" + by + "\"";
    return {};
}

void Preprocessor::expand_string(std::string& text) const {
    for (const auto& [pattern, by] : substitutions_)
        text = std::regex_replace(text, pattern, by);
}

// Defined names stand for themselves in strings; substitutions are for strings alone.
std::string Preprocessor::expanded(const std::string& text) const {
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        const char c = text[i];
        auto end = i + 1;
        if (c == '"' || c == '\'') {
            while (end < text.size() && text[end] != c)
                end += text[end] == '\\' ? 2 : 1;
            end = std::min(end + 1, text.size());
            auto string = text.substr(i, end - i);
            expand_string(string);
            out += string;
        } else if (is_word(c)) {
            while (end < text.size() && is_word(text[end]))
                ++end;
            const auto found = defines_.find(std::string_view(text).substr(i, end - i));
            out += found == defines_.end() ? text.substr(i, end - i) : found->second;
        } else {
            out += c;
        }
        i = end;
    }
    return out;
}

} // namespace

std::string Place::text() const {
    return fmt::format("{}:{}", file, line);
}

Result<std::vector<Line>> preprocess(const std::string& path, Defines defines) {
    Preprocessor preprocessor(std::move(defines));
    if (auto read = preprocessor.file(path); !read)
        return fail(std::move(read.error()));
    return preprocessor.take();
}

} // namespace gmguard::kamailio
