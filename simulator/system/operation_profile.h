// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "simulator/load/request_mix.h"
#include "simulator/scenario/design.h"

namespace tenfold::system {

/// What one statement took, as the database counted it. Its time follows from shape and steps
/// (hardware::StatementCosts); nothing here is a time.
struct StatementTrace {
    std::string shape;
    std::uint64_t vmSteps = 0;        // of SQLite's virtual machine
    std::uint64_t fullScanSteps = 0;  // N − 1 for a scan of N rows
    std::uint64_t rows = 0;           // returned
    std::uint64_t bytes = 0;          // of the values in them
};

/// What answering one request took. Recorded from the live server, one request at a time.
struct OperationTrace {
    std::uint64_t key = 0;                  // of OperationProfile::keyOf(); 0: any
    std::vector<std::uint32_t> statements;  // in order: indexes into OperationProfile::statements()
    std::uint32_t repeatLast = 0;           // the last so many statements …
    std::uint64_t repeatTimes = 1;          // … come so often in all, the first time included
    bool isWrite = false;                   // one pipeline from BEGIN to COMMIT, both included
    std::uint32_t rows = 0;                 // materialised by the API
    std::uint64_t bytes = 0;                // of the body
    int status = 200;

    // Of a write: where its round trips end, counted in statements. Its transaction is one, and
    // what is written down after a call another; an answer that is kept takes the attempt that was
    // refused, its ROLLBACK, and the look at what is kept.
    std::vector<std::uint64_t> ends;

    /// Statements of the round trip that begins with this one.
    std::uint64_t roundTrip(std::uint64_t first) const {
        for (const auto end : ends)
            if (first < end) return end - first;
        return 1;
    }
    /// Statements of the whole request.
    std::uint64_t statementCount() const {
        return statements.size() + repeatLast * (repeatTimes - 1);
    }
};

/// Traces of every request the generator can send, by what they depend on. Made by `tenfold-cli
/// profile`, shipped in assets/profiles/shop.json.
class OperationProfile {
public:
    /// Throws std::runtime_error naming the file and what in it is missing or wrong.
    explicit OperationProfile(const std::filesystem::path& file);
    /// The user's own (userFile()) when it is there and of the dataset that the shipped one is of,
    /// else the shipped one. Throws as the constructor does.
    static OperationProfile shipped();
    /// Where `tenfold-cli profile` puts the user's own.
    static std::filesystem::path userFile();
    static std::filesystem::path shippedFile();

    const std::vector<StatementTrace>& statements() const { return m_statements; }
    /// Traces of one endpoint (index into load::endpoints()) under a design, sorted by key; each in
    /// proportion to how often the generator drew its key, so that a uniform draw among all of them
    /// has the right frequencies. One trace alone: every request takes the same. Never empty.
    /// `isHit`: answered by the shared cache, or a write by what is kept under its key. Throws
    /// std::runtime_error saying which combination is not recorded and the command that records it.
    const std::vector<OperationTrace>& traces(std::size_t endpoint, const scenario::Design& design,
                                              bool isHit) const;
    /// The key of a request among traces: load::keyOf().
    static std::uint64_t keyOf(const load::RequestPlan& plan, const scenario::Design& design);
    /// Those of one key; empty when that very key was not drawn.
    static std::span<const OperationTrace> ofKey(const std::vector<OperationTrace>& traces,
                                                 std::uint64_t key);

    /// Of the dataset that was asked, 16 hex digits.
    const std::string& checksum() const { return m_checksum; }
    /// The version whose steps these are.
    const std::string& sqliteVersion() const { return m_sqliteVersion; }

private:
    friend class OperationProfileFile;
    struct Operation {
        std::size_t endpoint = 0;
        bool isHit = false;
        // Nothing: it does not depend on that switch.
        std::optional<std::string> indexes;
        std::optional<std::string> queryShape;
        std::optional<std::string> pagination;
        std::optional<int> pageSize;
        std::optional<std::string> sideEffects;
        std::optional<std::string> idempotency;
        std::optional<std::string> serialisation;
        std::optional<std::string> sharedCache;
        std::vector<OperationTrace> traces;
    };

    std::filesystem::path m_file;
    std::string m_checksum;
    std::string m_sqliteVersion;
    std::vector<StatementTrace> m_statements;
    std::vector<Operation> m_operations;
};

}  // namespace tenfold::system
