// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace tenfold::data {

/// Rows of the dataset `shop` at scale 1.
struct ShopRows {
    std::int64_t customers = 20'000;
    std::int64_t products = 5'000;
    std::int64_t orders = 80'000;
    std::int64_t lines = 500'000;
    std::int64_t payments = 20'000;
    std::int64_t reviews = 10'000;
    ShopRows scaled(double scale) const;
};

constexpr std::uint64_t kDatasetSeed = 2026;

/// checksum() of the dataset at scale 1 with the seed above.
constexpr const char* kDatasetChecksum = "662f84b5fff587c8";

/// Bytes that the dataset takes on disk.
std::uintmax_t neededBytes(double scale);

/// Builds the dataset into a new file: deterministic in scale and seed. Throws std::runtime_error
/// with path and reason (no permission; no space, with how much it needs and how much there is);
/// no half-built file is left.
void buildShop(const std::filesystem::path& file, double scale = 1.0,
               std::uint64_t seed = kDatasetSeed);

/// A hash over every row in order of its key: the same on every machine, 16 hex digits.
std::string checksum(const std::filesystem::path& file);

/// $XDG_CACHE_HOME/tenfold or ~/.cache/tenfold; made when missing.
std::filesystem::path cacheFolder();

/// The dataset from the cache, built once: whoever comes while another process builds it waits for
/// that. A file of another version or size is rebuilt, what a killed build left behind is removed.
/// Says on stderr what it has built, with the checksum.
std::filesystem::path ensureShop(const std::filesystem::path& cache, double scale = 1.0);

/// Words for an SQLite error that may mean a full disk: what a copy of `source` at `target` needs
/// and what is free there. Empty for other errors.
std::string spaceHint(const std::filesystem::path& target, int sqliteCode,
                      const std::filesystem::path& source);

/// A private copy for a run, in WAL mode. Throws std::runtime_error, and leaves no half of a copy.
void copyForRun(const std::filesystem::path& dataset, const std::filesystem::path& copy);

}  // namespace tenfold::data
