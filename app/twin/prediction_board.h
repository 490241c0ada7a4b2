// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "simulator/scenario/catalogue.h"
#include "simulator/scenario/scenario.h"
#include "simulator/study/estimate.h"
#include "simulator/study/knee.h"
#include "simulator/study/sensitivity.h"
#include "simulator/study/what_if.h"

namespace tenfold::app {

/// What the window shows of an estimate: numbers only, no memory of its own.
struct Digest {
    study::Figure p50Ms, p99Ms, failedRatio;
    study::Figure p99Ratio;          // against now
    study::Figure failedDifference;  // there − now
    judge::Holds holds = judge::Holds::notYetKnown;
    bool isClear = false;          // it differs from now
    std::array<char, 96> words{};  // "p99 39 ms instead of 1.4 s"

    enum class Effect { none, better, worse };
    Effect effect() const;
    /// Better, and worth the trouble: a fifth less waiting, or one request in a hundred.
    bool isHelpful() const;
};

/// Text of at most so many bytes, in place.
void setText(char* to, std::size_t size, std::string_view text);

/// The answers to everything asked about one scenario, and whether they are there yet.
///
/// Made and destroyed by the window. A worker of idle priority fills its places, each once: it
/// writes the answer, then says so (release). Nobody locks anything and no memory changes hands, so
/// a worker that is stopped in the middle stops nobody else.
class PredictionBoard {
public:
    enum class State : int { asked, known, unknown };

    template <class T>
    struct Place {
        std::atomic<State> state{State::asked};
        T value{};
        /// The answer; null while there is none.
        const T* get() const {
            return state.load(std::memory_order_acquire) == State::known ? &value : nullptr;
        }
        void put(const T& answer) {
            value = answer;
            state.store(State::known, std::memory_order_release);
        }
        void giveUp() { state.store(State::unknown, std::memory_order_release); }
        bool isAsked() const { return state.load(std::memory_order_acquire) == State::asked; }
    };
    struct Switch {
        std::string mechanism;
        std::string value;
        Place<Digest> answer;
    };
    struct KneeDigest {
        double holdsTo = 0;
        double failsFrom = 0;
        std::array<char, 48> firstToBreak{};
        std::array<char, 64> words{};
    };
    struct CostDigest {
        bool survives = true;
        double p99MsAtHalf = 0;
        double p99MsAtOneAndHalf = 0;
        judge::Holds atHalf = judge::Holds::notYetKnown;
        judge::Holds atOneAndHalf = judge::Holds::notYetKnown;
    };
    struct SensitivityDigest {
        bool survives = false;
        std::array<char, 240> words{};
        std::array<CostDigest, study::kCosts.size()> costs{};
    };

    PredictionBoard(scenario::Scenario asked, const scenario::Catalogue& catalogue);

    const scenario::Scenario scenario;  // without its faults
    int threads = 2;                    // for the switches
    Place<Digest> now;
    std::deque<Switch> switches;            // every other position of every switch
    std::array<Place<Digest>, 2> machines;  // twice the instances, four times the database's cores
    static constexpr std::array<const char*, 3> kTiers{"10k", "100k", "1M"};
    std::array<Place<Digest>, 3> tiers;  // this design there, on that tier's machines
    Place<KneeDigest> knee;
    Place<SensitivityDigest> sensitivity;
    Place<std::string> failure;  // why nothing can be simulated, whole: it ends in the remedy

    std::atomic<bool> isCancelled{false};  // by the window
    std::atomic<bool> isDone{false};       // the worker has let go of it
    std::atomic<int> answers{0};           // grows with each

    bool areSwitchesKnown() const;
    /// Null when that position was not asked about or is not known.
    const Digest* find(std::string_view mechanism, std::string_view value) const;
};

/// The window that figures are measured over: 10 s, or the time for 300 requests.
double steadyWindowS(const scenario::Scenario& scenario);

/// Answers everything on this thread and at most one more, the switches first. Ends soon after
/// board.isCancelled.
void answer(PredictionBoard& board, const scenario::Catalogue& catalogue,
            const system::Inputs& inputs);

}  // namespace tenfold::app
