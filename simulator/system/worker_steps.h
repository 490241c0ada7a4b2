// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace tenfold::system {

/// VM steps of a statement of the worker as SQLite counts them: some for the statement, some for
/// each row read, some for each job that is due. worker_steps_test compares them with SQLite.
struct WorkerSteps {
    double once = 0;
    double perRead = 0;
    double perDue = 0;

    double of(double read, double due) const { return once + perRead * read + perDue * due; }
};

inline constexpr WorkerSteps kJobsDueSteps{11, 3, 5};
inline constexpr WorkerSteps kTakeJobsSteps{27, 3, 51};
inline constexpr WorkerSteps kJobsLeftSteps{22, 5, 0};
inline constexpr WorkerSteps kJobDoneSteps{10, 0, 0};
inline constexpr WorkerSteps kJobLaterSteps{23, 0, 0};
inline constexpr WorkerSteps kBuryJobSteps{33, 0, 0};

}  // namespace tenfold::system
