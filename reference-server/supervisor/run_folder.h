// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>

namespace tenfold::supervisor {

/// The folder of one run's copies of the dataset. It goes with the object; what a killed supervisor
/// left behind is removed by the next one.
class RunFolder {
public:
    /// Throws std::system_error when the folder cannot be made.
    RunFolder();
    ~RunFolder();
    RunFolder(const RunFolder&) = delete;
    RunFolder& operator=(const RunFolder&) = delete;

    const std::filesystem::path& path() const { return m_path; }

private:
    std::filesystem::path m_path;
};

}  // namespace tenfold::supervisor
