// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "simulator/scenario/catalogue.h"
#include "simulator/scenario/design.h"

namespace tenfold::study {

/// Something a design has or has not: a row of the checklist, or a substitute for one.
struct Choice {
    std::string id;
    std::string title;
    std::vector<std::string> with;  // "indexes=on", …
    std::vector<std::string> without;
    /// Tier ("10k") → what the article says; empty: a substitute, which has no row.
    std::map<std::string, std::string> article;
    /// Part of the catalogue: a row whose switch does not exist cannot be derived.
    bool isKnown = true;
};

/// Which choices a design has: bit i for choice i.
using Choices = std::uint32_t;
constexpr std::size_t kMostChoices = 16;

/// The choices of the checklist, in its order: the rows first, then the substitutes.
class ChecklistRows {
public:
    /// Reads {"format":"tenfold.checklist/1",…}; throws scenario::InputError with every problem.
    /// A row that names a switch or a position the catalogue does not have is not known.
    ChecklistRows(const std::filesystem::path& file, const scenario::Catalogue& catalogue);
    static ChecklistRows shipped(const scenario::Catalogue& catalogue);

    const std::vector<Choice>& all() const { return m_choices; }
    /// Those that a design can be made of.
    Choices known() const { return m_known; }
    /// `base` with each known choice as it is in `choices`; what no choice names stays.
    scenario::Design design(const scenario::Design& base, Choices choices) const;
    /// "queries, pagination, cache"; "nothing".
    std::string namesOf(Choices choices) const;

private:
    const scenario::Catalogue& m_catalogue;
    std::vector<Choice> m_choices;
    Choices m_known = 0;
};

}  // namespace tenfold::study
