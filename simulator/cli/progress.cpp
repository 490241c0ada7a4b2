// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/cli/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace tenfold::cli {

Progress::Kind Progress::kindOfStderr() {
    return ::isatty(STDERR_FILENO) != 0 ? Kind::bar : Kind::lines;
}

Progress::~Progress() {
    if (m_hasBar) fmt::print(stderr, "\r\033[K");
}

std::string Progress::textOf(double done, const std::string& text) {
    if (m_kind == Kind::none) return "";
    if (m_kind == Kind::lines) {
        const int tenths = std::clamp(static_cast<int>(done * 10), 0, 10);
        if (tenths <= m_tenths) return "";
        m_tenths = tenths;
        return text + "\n";
    }
    constexpr int kWidth = 30;
    const int full = std::clamp(static_cast<int>(done * kWidth), 0, kWidth);
    m_hasBar = true;
    return fmt::format("\r[{}{}] {}\033[K", std::string(static_cast<std::size_t>(full), '#'),
                       std::string(static_cast<std::size_t>(kWidth - full), ' '), text);
}

void Progress::show(double done, const std::string& text) {
    const std::string out = textOf(done, text);
    if (out.empty()) return;
    fmt::print(stderr, "{}", out);
    std::fflush(stderr);
}

}  // namespace tenfold::cli
