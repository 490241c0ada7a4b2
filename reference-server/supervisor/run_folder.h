// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>

namespace tenfold::supervisor {

/// The folder of one run's copies of the dataset. It goes with the object; what a killed supervisor
/// left behind is removed by the next one.
///
/// Its owner holds a lock on the file `lock` in it: a process id alone says little, since the
/// kernel gives it to somebody else in time.
class RunFolder {
public:
    /// Throws std::runtime_error when the folder cannot be made. `base`: where; empty: the folder
    /// for temporary files.
    explicit RunFolder(const std::filesystem::path& base = {});
    ~RunFolder();
    RunFolder(const RunFolder&) = delete;
    RunFolder& operator=(const RunFolder&) = delete;

    /// Other users may go through it, to folders in it that are theirs; they see no names.
    void letOthersThrough() const;

    const std::filesystem::path& path() const { return m_path; }

private:
    std::filesystem::path m_path;
    int m_lockFd = -1;
};

}  // namespace tenfold::supervisor
