// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "simulator/study/estimate.h"

namespace tenfold::study {

/// One prediction and what came of it.
struct LedgerEntry {
    std::int64_t atUnixS = 0;
    std::string scenario;  // "sound at 100k"
    std::string change;    // "indexes off → on"; empty: no change, a run as predicted
    Metric metric = Metric::p99Ms;
    Figure predicted;
    double measured = 0;
    std::uint64_t samples = 0;  // that the measurement rests on
    bool isRight() const { return predicted.contains(measured); }
};

/// Predictions and outcomes on this machine, kept over runs: how far the twin was to be trusted.
/// A file of its own that survives SIGKILL at any point; several programs, and several threads of
/// one, may add to it. What was added is there for good when add() returns. All of it throws
/// std::runtime_error naming the file and the reason.
class Ledger {
public:
    /// Opens or makes it. A file that is something else, or damaged, is left as it is.
    explicit Ledger(const std::filesystem::path& file);
    ~Ledger();
    /// ledger.db in the user's data folder (store::dataFolder()).
    static std::filesystem::path defaultFile();

    void add(const LedgerEntry& entry);
    /// The newest first, at most so many.
    std::vector<LedgerEntry> entries(std::size_t most = 1000) const;

    struct Score {
        std::uint64_t right = 0;
        std::uint64_t total = 0;
        /// "right within its interval in 91 % of 214 flips on this machine"
        std::string words() const;
    };
    /// Over the flips (entries with a change), one figure of each: a flip whose p50, p95 and p99
    /// were kept is still one flip.
    Score score(Metric metric = Metric::p99Ms) const;

private:
    struct Store;
    std::unique_ptr<Store> m_store;
};

}  // namespace tenfold::study
