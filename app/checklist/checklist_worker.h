// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <thread>

#include "simulator/scenario/scenario.h"
#include "simulator/study/checklist.h"

namespace tenfold::app {

/// What the checklist's window shows.
struct ChecklistResult {
    study::Checklist table;                       // 10k, 100k, 1M
    std::optional<study::ChecklistTier> own;      // the scenario's own users
    std::map<std::string, std::string> titles;    // of rows and substitutes, by id
    std::map<study::Choices, std::string> names;  // of the smallest designs of all columns
    std::string failure;                          // why there is none
};

/// Derives the table and the scenario's own column; some seconds on every core.
ChecklistResult deriveFor(const scenario::Scenario& scenario, const std::atomic<bool>& isCancelled);

/// One derivation on a thread of its own, of idle priority. Its result is for the window once
/// isDone(); until then nobody but the thread touches it. The destructor cancels and waits, at most
/// as long as the simulations that are under way.
class ChecklistWorker {
public:
    using Derive = std::function<ChecklistResult(const std::atomic<bool>& isCancelled)>;

    explicit ChecklistWorker(Derive derive);
    ~ChecklistWorker();
    ChecklistWorker(const ChecklistWorker&) = delete;
    ChecklistWorker& operator=(const ChecklistWorker&) = delete;

    /// Ends soon; the result is worth nothing then.
    void cancel() { m_isCancelled = true; }
    bool isDone() const { return m_isDone.load(std::memory_order_acquire); }
    /// REQUIRES: isDone().
    const ChecklistResult& result() const { return m_result; }

private:
    std::atomic<bool> m_isCancelled{false};
    std::atomic<bool> m_isDone{false};
    ChecklistResult m_result;
    std::thread m_thread;
};

}  // namespace tenfold::app
