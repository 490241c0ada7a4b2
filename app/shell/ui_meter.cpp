// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/shell/ui_meter.h"

#include <fmt/format.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace tenfold::app {

namespace {

constexpr double kStallMs = 50;

double threadCpuS() {
    timespec t{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
}

double processCpuS() {
    timespec t{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
}

/// Of the threads that are not of idle priority. Those of idle priority come and go with each
/// question: theirs is what is left of the process.
double ordinaryCpuS() {
    double ticks = 0;
    std::error_code ignored;
    for (const auto& task : std::filesystem::directory_iterator("/proc/self/task", ignored)) {
        std::ifstream file(task.path() / "stat");
        std::string text((std::istreambuf_iterator<char>(file)), {});
        const auto name = text.rfind(')');
        if (name == std::string::npos) continue;
        // Behind the name: the 3rd field; 14 and 15 are the times, 41 is the policy.
        std::istringstream fields(text.substr(name + 2));
        std::string field;
        double used = 0;
        int policy = 0;
        for (int i = 3; i <= 41 && fields >> field; ++i) {
            if (i == 14 || i == 15) used += std::strtod(field.c_str(), nullptr);
            if (i == 41) policy = std::atoi(field.c_str());
        }
        if (policy != SCHED_IDLE) ticks += used;
    }
    return ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace

double msSinceProcessStart() {
    std::ifstream file("/proc/self/stat");
    std::string text((std::istreambuf_iterator<char>(file)), {});
    // The 22nd field, counted from behind the name, which may hold blanks.
    std::istringstream fields(text.substr(text.rfind(')') + 2));
    std::string field;
    for (int i = 3; i <= 22; ++i) fields >> field;
    const double startedS =
        std::strtod(field.c_str(), nullptr) / static_cast<double>(sysconf(_SC_CLK_TCK));
    timespec now{};
    clock_gettime(CLOCK_BOOTTIME, &now);
    return (static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9 - startedS) *
           1000;
}

bool MeteredApplication::notify(QObject* receiver, QEvent* event) {
    // Events are handled inside events; the outermost is what keeps the loop waiting.
    if (!isMeasuring || m_depth > 0) return QApplication::notify(receiver, event);
    ++m_depth;
    QElapsedTimer timer;
    timer.start();
    const bool isHandled = QApplication::notify(receiver, event);
    --m_depth;
    const double ms = static_cast<double>(timer.nsecsElapsed()) / 1e6;
    longestMs = std::max(longestMs, ms);
    if (ms > kStallMs) ++stalls;
    return isHandled;
}

UiMeter::UiMeter(MeteredApplication& application, QObject* parent)
    : QObject(parent), m_application(application) {
    m_application.isMeasuring = true;
    m_wall.start();
    m_cpuBeforeS = threadCpuS();
    m_timer.start(10'000);
    connect(&m_timer, &QTimer::timeout, this, &UiMeter::report);
}

void UiMeter::report() {
    const double cpu = threadCpuS();
    const double process = processCpuS();
    const double idle = process - ordinaryCpuS();
    const double wall = static_cast<double>(m_wall.restart()) / 1000;
    std::ifstream statm("/proc/self/statm");
    long pages = 0, resident = 0;
    statm >> pages >> resident;
    fmt::print(stderr,
               "ui: {:.1f} % of one core (process {:.1f} %, of it idle priority {:.1f} %), longest "
               "stretch {:.1f} ms, {} over {:.0f} ms, {:.0f} MB resident\n",
               (cpu - m_cpuBeforeS) / wall * 100, (process - m_processBeforeS) / wall * 100,
               std::max(0.0, idle - m_idleBeforeS) / wall * 100, m_application.longestMs,
               m_application.stalls, kStallMs,
               static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1e6);
    m_cpuBeforeS = cpu;
    m_processBeforeS = process;
    m_idleBeforeS = idle;
    m_application.longestMs = 0;
    m_application.stalls = 0;
}

}  // namespace tenfold::app
