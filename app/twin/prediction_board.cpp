// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/twin/prediction_board.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "simulator/study/agreement_file.h"

namespace tenfold::app {

using study::Metric;

namespace {

constexpr double kConfidence = 0.9;
// A change of less than a thousandth of the requests is none that anybody would notice.
constexpr double kNotableShare = 0.001;
constexpr double kNotableRatio = 0.02;

Digest digestOf(const study::Estimate& e) {
    Digest d;
    d.p50Ms = e.of(Metric::p50Ms);
    d.p99Ms = e.of(Metric::p99Ms);
    d.failedRatio = e.of(Metric::failedRatio);
    d.holds = e.verdict.holds;
    return d;
}

Digest digestOf(const study::Alternative& a) {
    Digest d = digestOf(a.estimate);
    d.p99Ratio = a.p99Ratio;
    d.failedDifference = a.failedDifference;
    d.isClear = a.isClear;
    setText(d.words.data(), d.words.size(), a.words);
    return d;
}

study::EstimateOptions optionsFor(const scenario::Scenario& s) {
    auto options = study::optionsFrom(study::readAgreement(study::defaultAgreementFile()));
    options.windowS = steadyWindowS(s);
    options.confidence = kConfidence;
    return options;
}

scenario::Scenario withoutFaults(scenario::Scenario s) {
    s.faults.clear();
    return s;
}

/// Bigger machines are compared as a switch is.
void answerMachines(PredictionBoard& board, const study::Estimate& now,
                    const system::Inputs& inputs) {
    for (std::size_t i = 0; i < board.machines.size() && !board.isCancelled; ++i) {
        auto& place = board.machines[i];
        auto other = board.scenario;
        int& factor = i == 0 ? other.machines.instanceFactor : other.machines.databaseCoreFactor;
        const int wanted = i == 0 ? 2 : 4;
        if (factor == wanted) {
            place.giveUp();
            continue;
        }
        factor = wanted;
        study::Alternative a;
        a.estimate = study::estimate(other, inputs, optionsFor(other));
        study::compareWith(now, a, kConfidence);
        place.put(digestOf(a));
        ++board.answers;
    }
}

void answerTiers(PredictionBoard& board, const system::Inputs& inputs) {
    for (std::size_t i = 0; i < board.tiers.size() && !board.isCancelled; ++i) {
        auto other = board.scenario;
        other.workload.dailyActiveUsers = *scenario::usersFromText(PredictionBoard::kTiers[i]);
        other.hardware = "tier";
        board.tiers[i].put(digestOf(study::estimate(other, inputs, optionsFor(other))));
        ++board.answers;
    }
}

void answerKnee(PredictionBoard& board, const system::Inputs& inputs) {
    study::KneeOptions options;
    options.estimate = optionsFor(board.scenario);
    const auto knee = study::findKnee(board.scenario, inputs, options, &board.isCancelled);
    if (board.isCancelled) return;
    PredictionBoard::KneeDigest d;
    d.holdsTo = knee.holdsTo;
    d.failsFrom = knee.failsFrom;
    setText(d.firstToBreak.data(), d.firstToBreak.size(), knee.firstToBreak.value_or(""));
    setText(d.words.data(), d.words.size(), knee.words());
    board.knee.put(d);
    ++board.answers;
}

void answerSensitivity(PredictionBoard& board, const system::Inputs& inputs) {
    const auto s = study::sensitivityOf(board.scenario, inputs, optionsFor(board.scenario),
                                        &board.isCancelled);
    if (board.isCancelled || s.costs.size() != study::kCosts.size()) return;
    PredictionBoard::SensitivityDigest d;
    d.survives = s.survives();
    setText(d.words.data(), d.words.size(), s.words());
    for (std::size_t i = 0; i < d.costs.size(); ++i)
        d.costs[i] = {s.costs[i].survives, s.costs[i].p99MsAtHalf, s.costs[i].p99MsAtOneAndHalf,
                      s.costs[i].atHalf, s.costs[i].atOneAndHalf};
    board.sensitivity.put(d);
    ++board.answers;
}

void answerAll(PredictionBoard& board, const scenario::Catalogue& catalogue,
               const system::Inputs& inputs) {
    const auto onEach = [&](const study::Alternative& a) {
        for (auto& s : board.switches)
            if (s.mechanism == a.mechanism && s.value == a.value) {
                s.answer.put(digestOf(a));
                ++board.answers;
            }
    };
    const auto result = study::whatIf(board.scenario, catalogue, inputs, optionsFor(board.scenario),
                                      board.threads, onEach, &board.isCancelled);
    if (board.isCancelled) return;
    for (auto& s : board.switches)
        if (s.answer.isAsked()) s.answer.giveUp();
    board.now.put(digestOf(result.now));
    ++board.answers;
    answerMachines(board, result.now, inputs);
    answerTiers(board, inputs);
    if (!board.isCancelled) answerKnee(board, inputs);
    if (!board.isCancelled) answerSensitivity(board, inputs);
}

}  // namespace

Digest::Effect Digest::effect() const {
    if (!isClear) return Effect::none;
    if (failedDifference.low > 0 && failedDifference.value > kNotableShare) return Effect::worse;
    if (failedDifference.high < 0 && failedDifference.value < -kNotableShare) return Effect::better;
    if (p99Ratio.low > 1 && p99Ratio.value > 1 + kNotableRatio) return Effect::worse;
    if (p99Ratio.high < 1 && p99Ratio.value < 1 - kNotableRatio) return Effect::better;
    return Effect::none;
}

bool Digest::isHelpful() const {
    return effect() == Effect::better && (p99Ratio.value < 0.8 || failedDifference.value < -0.01);
}

void setText(char* to, std::size_t size, std::string_view text) {
    std::size_t n = std::min(size - 1, text.size());
    // Not in the middle of a character.
    while (n > 0 && n < text.size() && (static_cast<unsigned char>(text[n]) & 0xc0) == 0x80) --n;
    std::copy_n(text.data(), n, to);
    to[n] = 0;
}

PredictionBoard::PredictionBoard(scenario::Scenario asked, const scenario::Catalogue& catalogue)
    : scenario(withoutFaults(std::move(asked))) {
    for (const auto& spec : catalogue.specs())
        for (const auto& value : spec.values) {
            if (scenario.design.is(spec.id, value.id)) continue;
            auto& place = switches.emplace_back();
            place.mechanism = spec.id;
            place.value = value.id;
        }
}

bool PredictionBoard::areSwitchesKnown() const {
    return std::none_of(switches.begin(), switches.end(),
                        [](const Switch& s) { return s.answer.isAsked(); });
}

const Digest* PredictionBoard::find(std::string_view mechanism, std::string_view value) const {
    for (const auto& s : switches)
        if (s.mechanism == mechanism && s.value == value) return s.answer.get();
    return nullptr;
}

double steadyWindowS(const scenario::Scenario& s) {
    return std::max(10.0, 300 / std::max(0.01, s.workload.rate().peakHz));
}

void answer(PredictionBoard& board, const scenario::Catalogue& catalogue,
            const system::Inputs& inputs) {
    try {
        answerAll(board, catalogue, inputs);
    } catch (const std::exception& e) {
        board.failure.put(e.what());
        ++board.answers;
    }
}

}  // namespace tenfold::app
