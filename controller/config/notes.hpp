// SPDX-License-Identifier: BSD-2-Clause
// What a reading notes down: problems, and the place of every value by its path.
#pragma once

#include "config/config.hpp"

#include <map>
#include <string>
#include <vector>

namespace gmguard::config {

class Notes {
  public:
    explicit Notes(std::string_view file) : file_(file) {}

    void problem(Place place, const std::string& message, const std::string& hint = {});
    // The same at the place of `path`, or, where the file does not have it, of what it lies in.
    void problem_at(std::string path, const std::string& message, const std::string& hint = {});

    void remember(const std::string& path, Place place) { places_[path] = place; }

    [[nodiscard]] std::size_t count() const { return problems_.size(); }
    // In the order of the file.
    [[nodiscard]] std::vector<Problem> problems() const;
    [[nodiscard]] const std::map<std::string, Place>& places() const { return places_; }

  private:
    std::string file_;
    std::vector<Problem> problems_;
    std::map<std::string, Place> places_;
};

} // namespace gmguard::config
