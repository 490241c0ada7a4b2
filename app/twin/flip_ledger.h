// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "app/twin/predictions.h"
#include "simulator/study/ledger.h"

namespace tenfold::app {

/// Keeps each prediction of a switch that was then flipped, with what was measured.
///
/// A flip counts when its prediction was there before it, the flag of the live run says that it
/// took effect, nothing else changed, and the window of the percentiles lies wholly behind the
/// settling: then p50, p99 and the share that failed are written. Nothing is written of a run whose
/// verdict is withheld, nor of the simulated engine.
///
/// Lives on the window's thread. The file is read and written on a thread of its own, since it
/// waits for the disk; at most kMostWaiting entries wait. Destroying this writes what waits.
class FlipLedger : public QObject {
    Q_OBJECT
public:
    static constexpr std::size_t kMostWaiting = 256;
    static constexpr std::size_t kShown = 12;

    /// An empty file name: nothing is kept.
    FlipLedger(const RunModel& run, const Predictions& predictions, std::filesystem::path file,
               QObject* parent = nullptr);
    ~FlipLedger() override;

    /// What stands in the file, as of the last time it was read.
    struct View {
        QString words;  // "right within its interval in 91 % of 214 flips on this machine"
        std::uint64_t total = 0;
        std::vector<study::LedgerEntry> last;  // the newest first
        QString failure;                       // why it could not be opened
    };
    const View& view() const { return m_view; }
    /// Seconds since the flip after which its outcome is taken; nothing when none is followed.
    std::optional<double> takenAfterS() const;

Q_SIGNALS:
    void changed();

private:
    struct Flip {
        std::string mechanism;
        QString text;
        Digest predicted;
        bool hasHappened = false;
    };
    void onSwitching(const std::string& mechanism, const std::string& value, const QString& text);
    void onEvent();
    void onTick();
    void work();
    void post(std::vector<study::LedgerEntry> entries);

    const RunModel& m_run;
    const Predictions& m_predictions;
    std::filesystem::path m_file;
    std::optional<Flip> m_flip;
    View m_view;

    std::mutex m_mutex;  // of what follows
    std::condition_variable m_wake;
    std::deque<study::LedgerEntry> m_waiting;
    bool m_isEnding = false;
    std::thread m_thread;
};

}  // namespace tenfold::app
