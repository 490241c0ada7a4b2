// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/study/checklist.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "simulator/study/in_parallel.h"
#include "simulator/study/sensitivity.h"

namespace tenfold::study {

namespace {

// The smallest designs that a row is added to; more would only say the same again.
constexpr std::size_t kMostDesigns = 2;

Choices bit(std::size_t i) {
    return Choices{1} << i;
}

bool isHeldByClients(const Choice& choice, const scenario::Catalogue& catalogue) {
    return std::any_of(choice.with.begin(), choice.with.end(), [&](const std::string& assignment) {
        const auto* spec = catalogue.find(assignment.substr(0, assignment.find_first_of("=.")));
        return spec && spec->isHeldByClients;
    });
}

/// Derives the cells of one size.
class TierDerivation {
public:
    TierDerivation(const ChecklistInputs& from, int threads, const std::atomic<bool>* isCancelled)
        : m_from(from), m_test(from.base, from.incidents, from.inputs) {
        m_tier.tier = scenario::usersToText(from.base.workload.dailyActiveUsers);
        m_nearest = hardware::profileForUsers(from.base.workload.dailyActiveUsers).id;
        m_tier.budgetMinutes = m_test.budgetMinutes();
        m_tier.smallest = findSmallest(m_test, from.rows, from.base.design, threads, isCancelled);
        portrayAll(threads);
        const auto& choices = from.rows.all();
        for (std::size_t i = 0; i < choices.size(); ++i)
            if (!choices[i].article.empty()) m_tier.cells.push_back(cellOf(i));
    }
    ChecklistTier take() { return std::move(m_tier); }

private:
    ChecklistCell cellOf(std::size_t i) {
        const Choice& choice = m_from.rows.all()[i];
        ChecklistCell cell;
        cell.row = choice.id;
        cell.tier = m_tier.tier;
        cell.article = choice.article.at(m_nearest);
        if (!choice.isKnown) {
            cell.why = "there is no such switch";
        } else if (m_tier.smallest.minimal.empty()) {
            cell.why = "no design holds";
        } else if (m_tier.smallest.isInAll(i)) {
            decideRequired(i, cell);
        } else if (m_tier.smallest.isInSome(i)) {
            decideOneOf(i, cell);
        } else {
            decideHelpful(i, cell);
        }
        return cell;
    }

    /// Without it, all else on: what breaks?
    void decideRequired(std::size_t i, ChecklistCell& cell) {
        cell.derived = Derived::required;
        decideBy(trialOf(m_from.rows.known() & ~bit(i)), cell);
    }

    void decideOneOf(std::size_t i, ChecklistCell& cell) {
        cell.derived = Derived::oneOf;
        // What the designs without it have and those with it have not.
        Choices others = 0, own = 0;
        for (const Choices m : m_tier.smallest.minimal) (m & bit(i) ? own : others) |= m;
        const auto with =
            std::find_if(m_tier.smallest.minimal.begin(), m_tier.smallest.minimal.end(),
                         [&](Choices m) { return (m & bit(i)) != 0; });
        cell.substitute = m_from.rows.namesOf(others & ~*with);
        decideBy(trialOf(*with & ~bit(i)), cell);
    }

    void decideHelpful(std::size_t i, ChecklistCell& cell) {
        cell.derived = Derived::optional;
        const auto& minimal = m_tier.smallest.minimal;
        for (std::size_t k = 0; k < std::min(kMostDesigns, minimal.size()); ++k) {
            const auto& before = m_portraits.at(minimal[k]);
            const auto& after = m_portraits.at(minimal[k] | bit(i));
            for (auto& found : improvementsOf(before, after, m_tier.budgetMinutes,
                                              m_from.rows.namesOf(minimal[k])))
                cell.improvements.push_back(std::move(found));
        }
        const auto best = std::min_element(cell.improvements.begin(), cell.improvements.end(),
                                           [](const auto& a, const auto& b) {
                                               return std::make_pair(!a.isHelpful, a.ratio.value) <
                                                      std::make_pair(!b.isHelpful, b.ratio.value);
                                           });
        if (best == cell.improvements.end()) return;
        if (best->isHelpful) {
            cell.derived = Derived::helpful;
            cell.decidedBy = best->what;
            cell.isByIncident = best->isOfIncidents;
        }
        cell.why = fmt::format("{} × {:.2f} ({:.2f}–{:.2f}) on top of {}", best->what,
                               best->ratio.value, best->ratio.low, best->ratio.high, best->onto);
    }

    void decideBy(const HoldTrial& trial, ChecklistCell& cell) {
        if (trial.holds) return;  // another design of the same choices fails, this one does not
        cell.isByIncident = trial.isByIncident;
        cell.decidedBy = trial.isByIncident ? trial.failedBy : "load";
        cell.why = fmt::format("without it {}: {}", trial.failedBy, trial.why);
    }

    HoldTrial trialOf(Choices choices) {
        const auto it = m_tier.smallest.trials.find(choices);
        if (it != m_tier.smallest.trials.end()) return it->second;
        return m_test.ask(m_from.rows.design(m_from.base.design, choices));
    }

    /// The smallest designs, and each with every choice that none of them has.
    void portrayAll(int threads) {
        std::vector<Choices> wanted;
        const auto& minimal = m_tier.smallest.minimal;
        for (std::size_t k = 0; k < std::min(kMostDesigns, minimal.size()); ++k) {
            wanted.push_back(minimal[k]);
            const auto& choices = m_from.rows.all();
            for (std::size_t i = 0; i < choices.size(); ++i)
                if (!choices[i].article.empty() && choices[i].isKnown &&
                    !m_tier.smallest.isInSome(i))
                    wanted.push_back(minimal[k] | bit(i));
        }
        std::vector<Portrait> portraits(wanted.size());
        inParallel(wanted.size(), threads, [&](std::size_t i) {
            portraits[i] = portraitOf(m_test, m_from.rows.design(m_from.base.design, wanted[i]));
        });
        for (std::size_t i = 0; i < wanted.size(); ++i)
            m_portraits.emplace(wanted[i], std::move(portraits[i]));
    }

    const ChecklistInputs& m_from;
    HoldCriterion m_test;
    std::string m_nearest;  // the article's size
    ChecklistTier m_tier;
    std::map<Choices, Portrait> m_portraits;
};

/// A row that the next size requires, and that clients would notice if it came later.
void recommend(std::vector<ChecklistTier>& tiers, const ChecklistRows& rows,
               const scenario::Catalogue& catalogue) {
    for (std::size_t t = 0; t + 1 < tiers.size(); ++t)
        for (std::size_t c = 0; c < tiers[t].cells.size(); ++c) {
            ChecklistCell& cell = tiers[t].cells[c];
            const ChecklistCell& next = tiers[t + 1].cells[c];
            const auto choice = std::find_if(rows.all().begin(), rows.all().end(),
                                             [&](const Choice& x) { return x.id == cell.row; });
            if (cell.derived != Derived::optional || next.derived != Derived::required ||
                !isHeldByClients(*choice, catalogue))
                continue;
            cell.derived = Derived::recommended;
            cell.decidedBy = next.decidedBy;
            cell.isByIncident = next.isByIncident;
            cell.why = fmt::format("required at {}, and clients hold what it changes", next.tier);
        }
}

}  // namespace

std::string_view titleOf(Derived derived) {
    constexpr std::array<std::string_view, 6> titles{"Required",    "One of",   "Helpful",
                                                     "Recommended", "Optional", "Not derived"};
    return titles[static_cast<std::size_t>(derived)];
}

const ChecklistCell* Checklist::find(const std::string& row, const std::string& tier) const {
    for (const auto& t : tiers)
        for (const auto& cell : t.cells)
            if (t.tier == tier && cell.row == row) return &cell;
    return nullptr;
}

ChecklistTier deriveTier(const ChecklistInputs& from, int threads,
                         const std::atomic<bool>* isCancelled) {
    return TierDerivation(from, threads, isCancelled).take();
}

Checklist deriveChecklist(const ChecklistInputs& from, const std::vector<std::string>& tiers,
                          const scenario::Catalogue& catalogue, int threads,
                          const std::atomic<bool>* isCancelled) {
    const auto start = std::chrono::steady_clock::now();
    Checklist all;
    for (const auto& tier : tiers) {
        ChecklistInputs ofTier = from;
        ofTier.base.workload.dailyActiveUsers = *scenario::usersFromText(tier);
        ofTier.base.hardware = "tier";
        all.tiers.push_back(TierDerivation(ofTier, threads, isCancelled).take());
        if (isCancelled && isCancelled->load()) break;
    }
    recommend(all.tiers, from.rows, catalogue);
    all.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return all;
}

std::vector<Flip> flipsOf(const Checklist& checklist, const ChecklistInputs& from,
                          const std::vector<std::string>& tiers,
                          const scenario::Catalogue& catalogue, int threads,
                          const std::function<void(const std::string&)>& onEach) {
    std::vector<Flip> flips;
    for (const Cost cost : kCosts)
        for (const double factor : {0.5, 1.5}) {
            ChecklistInputs other = from;
            other.inputs = withCost(from.inputs, cost, factor);
            const std::string name = fmt::format("{} × {:g}", titleOf(cost), factor);
            const auto again = deriveChecklist(other, tiers, catalogue, threads);
            for (const auto& tier : checklist.tiers)
                for (const auto& cell : tier.cells) {
                    const auto* now = again.find(cell.row, cell.tier);
                    if (now && now->derived != cell.derived)
                        flips.push_back({cell.row, cell.tier, name, cell.derived, now->derived});
                }
            if (onEach) onEach(name);
        }
    return flips;
}

}  // namespace tenfold::study
