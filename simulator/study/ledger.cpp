// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/study/ledger.h"

#include <fmt/format.h>

#include <cmath>
#include <mutex>

#include "simulator/measure/words.h"
#include "simulator/store/data_folder.h"
#include "simulator/store/database.h"

namespace tenfold::study {

namespace {

// One row for each figure of each prediction. Metrics by name: their order may change.
const store::FileKind kLedger{"a ledger of Tenfold", 0x54656e4c /* TenL */, 1,
                              R"(CREATE TABLE entries(
        id INTEGER PRIMARY KEY,
        at_unix_s INTEGER NOT NULL,
        scenario TEXT NOT NULL,
        change TEXT NOT NULL,
        metric TEXT NOT NULL,
        predicted REAL NOT NULL,
        low REAL NOT NULL,
        high REAL NOT NULL,
        measured REAL NOT NULL,
        samples INTEGER NOT NULL) STRICT)"};

std::optional<Metric> metricFrom(std::string_view name) {
    for (int i = 0; i < kMetrics; ++i)
        if (toString(static_cast<Metric>(i)) == name) return static_cast<Metric>(i);
    return std::nullopt;
}

}  // namespace

struct Ledger::Store {
    explicit Store(const std::filesystem::path& file) : database(file, kLedger) {
        // Some hundred bytes an entry: a look at all of it takes no time.
        database.check();
    }
    std::mutex mutex;
    store::Database database;
};

Ledger::Ledger(const std::filesystem::path& file) : m_store(std::make_unique<Store>(file)) {}

Ledger::~Ledger() = default;

std::filesystem::path Ledger::defaultFile() {
    return store::dataFolder() / "ledger.db";
}

void Ledger::add(const LedgerEntry& e) {
    std::lock_guard lock(m_store->mutex);
    m_store->database
        .prepare(
            "INSERT INTO entries(at_unix_s, scenario, change, metric, predicted, low, high, "
            "measured, samples) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")
        .bind(e.atUnixS)
        .bind(e.scenario)
        .bind(e.change)
        .bind(toString(e.metric))
        .bind(e.predicted.value)
        .bind(e.predicted.low)
        .bind(e.predicted.high)
        .bind(e.measured)
        .bind(e.samples)
        .step();
}

std::vector<LedgerEntry> Ledger::entries(std::size_t most) const {
    std::lock_guard lock(m_store->mutex);
    auto rows = m_store->database.prepare(
        "SELECT at_unix_s, scenario, change, metric, predicted, low, high, measured, samples "
        "FROM entries ORDER BY id DESC LIMIT ?1");
    rows.bind(most);
    std::vector<LedgerEntry> out;
    while (rows.step()) {
        const auto metric = metricFrom(rows.text(3));
        if (!metric) continue;  // of a figure that is no longer predicted
        out.push_back({rows.integer(0),
                       rows.text(1),
                       rows.text(2),
                       *metric,
                       {rows.real(4), rows.real(5), rows.real(6)},
                       rows.real(7),
                       static_cast<std::uint64_t>(rows.integer(8))});
    }
    return out;
}

Ledger::Score Ledger::score(Metric metric) const {
    std::lock_guard lock(m_store->mutex);
    auto counts = m_store->database.prepare(
        "SELECT count(*), count(*) FILTER (WHERE measured BETWEEN low AND high) FROM entries "
        "WHERE metric = ?1 AND change <> ''");
    counts.bind(toString(metric));
    counts.step();
    return {static_cast<std::uint64_t>(counts.integer(1)),
            static_cast<std::uint64_t>(counts.integer(0))};
}

std::string Ledger::Score::words() const {
    if (total == 0) return "no flip predicted on this machine yet";
    // A percentage of three flips would promise what they cannot keep.
    constexpr std::uint64_t kFewest = 10;
    if (total < kFewest)
        return fmt::format("right within its interval in {} of {} flip{} on this machine", right,
                           total, total == 1 ? "" : "s");
    const double share = static_cast<double>(right) / static_cast<double>(total);
    return fmt::format("right within its interval in {:.0f} % of {} flips on this machine",
                       std::floor(share * 100), measure::count(total));
}

}  // namespace tenfold::study
