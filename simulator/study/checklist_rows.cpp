// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/study/checklist_rows.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "simulator/hardware/assets.h"
#include "simulator/scenario/json_reader.h"

namespace tenfold::study {

using nlohmann::json;
using scenario::JsonReader;
using scenario::Problems;

namespace {

constexpr std::array<const char*, 3> kTiers{"10k", "100k", "1M"};
constexpr std::string_view kFormat = "tenfold.checklist/1";
const std::vector<std::string> kWords{"Required", "Helpful", "Recommended", "Optional"};

void readArticle(const json& j, const std::string& path, Choice& choice, Problems& problems) {
    JsonReader r(j, path, problems);
    for (const char* tier : kTiers) {
        std::string word;
        r.text(tier, word);
        r.require(tier, scenario::joined(kWords));
        if (!word.empty() && std::find(kWords.begin(), kWords.end(), word) == kWords.end())
            problems.add(path + "." + tier, "\"" + word + "\"", scenario::joined(kWords));
        choice.article[tier] = word;
    }
    r.finish();
}

Choice readChoice(const json& j, const std::string& path, bool isRow, Problems& problems) {
    Choice c;
    JsonReader r(j, path, problems);
    r.text("id", c.id);
    r.require("id", "a name");
    r.text("title", c.title);
    r.require("title", "a title");
    r.texts("with", c.with);
    r.require("with", "a list of ID=VALUE");
    r.texts("without", c.without);
    r.require("without", "a list of ID=VALUE");
    if (isRow) {
        r.require("article", "what the article says, by tier");
        r.child("article",
                [&](const json& v, const std::string& at) { readArticle(v, at, c, problems); });
    }
    r.finish();
    return c;
}

bool isInCatalogue(const Choice& choice, const scenario::Catalogue& catalogue) {
    Problems problems;
    auto design = scenario::Design::naive(catalogue);
    for (const auto& assignment : choice.with) design.set(assignment, catalogue, problems);
    for (const auto& assignment : choice.without) design.set(assignment, catalogue, problems);
    return problems.empty();
}

}  // namespace

ChecklistRows::ChecklistRows(const std::filesystem::path& file,
                             const scenario::Catalogue& catalogue)
    : m_catalogue(catalogue) {
    const json j = scenario::jsonFromFile(file);
    Problems problems(file.string());
    JsonReader r(j, "$", problems);
    std::string format, source;
    r.text("format", format);
    if (format != kFormat)
        problems.add("$.format", "\"" + format + "\"", "\"" + std::string(kFormat) + "\"");
    r.text("source", source);
    r.list("rows", kMostChoices, [&](const json& v, const std::string& at) {
        m_choices.push_back(readChoice(v, at, true, problems));
    });
    r.list("substitutes", kMostChoices, [&](const json& v, const std::string& at) {
        m_choices.push_back(readChoice(v, at, false, problems));
    });
    r.finish();
    if (m_choices.empty() || m_choices.size() > kMostChoices)
        problems.add("$.rows", std::to_string(m_choices.size()) + " with the substitutes",
                     "1 to " + std::to_string(kMostChoices));
    if (!problems.empty()) throw scenario::InputError(problems);
    for (std::size_t i = 0; i < m_choices.size(); ++i) {
        m_choices[i].isKnown = isInCatalogue(m_choices[i], catalogue);
        if (m_choices[i].isKnown) m_known |= Choices{1} << i;
    }
}

ChecklistRows ChecklistRows::shipped(const scenario::Catalogue& catalogue) {
    return {hardware::assetsDir() / "checklist" / "rows.json", catalogue};
}

scenario::Design ChecklistRows::design(const scenario::Design& base, Choices choices) const {
    scenario::Design design = base;
    Problems none;
    for (std::size_t i = 0; i < m_choices.size(); ++i) {
        const Choice& c = m_choices[i];
        if (!c.isKnown) continue;
        for (const auto& assignment : (choices >> i & 1) ? c.with : c.without)
            design.set(assignment, m_catalogue, none);
    }
    return design;
}

std::string ChecklistRows::namesOf(Choices choices) const {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < m_choices.size(); ++i)
        if (choices >> i & 1) names.push_back(m_choices[i].id);
    return names.empty() ? "nothing" : scenario::joined(names);
}

}  // namespace tenfold::study
