// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace tenfold::cli {

/// How far a run is: a bar on a terminal, elsewhere a plain line for each tenth, on stderr.
class Progress {
public:
    enum class Kind { none, bar, lines };
    /// What suits stderr.
    static Kind kindOfStderr();

    explicit Progress(Kind kind) : m_kind(kind) {}
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    /// `done`: 0..1.
    void show(double done, const std::string& text);
    /// What show() prints; empty when there is nothing new to say.
    std::string textOf(double done, const std::string& text);

private:
    Kind m_kind;
    int m_tenths = -1;  // told so far
    bool m_hasBar = false;
};

}  // namespace tenfold::cli
