// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <libpq-fe.h>

#include <charconv>
#include <cstdint>
#include <memory>
#include <string_view>

namespace tenfold::api {

/// The answer to one statement, as text cells.
class Rows {
public:
    Rows() = default;
    explicit Rows(PGresult* result) : m_result(result, &PQclear) {}
    const PGresult* result() const { return m_result.get(); }

    int count() const { return m_result ? PQntuples(m_result.get()) : 0; }
    bool empty() const { return count() == 0; }
    std::string_view text(int row, int column) const {
        return {PQgetvalue(m_result.get(), row, column),
                static_cast<std::size_t>(PQgetlength(m_result.get(), row, column))};
    }
    /// 0 for anything that is not a number.
    std::int64_t number(int row, int column) const {
        const auto t = text(row, column);
        std::int64_t value = 0;
        std::from_chars(t.data(), t.data() + t.size(), value);
        return value;
    }
    /// How many columns a row has, how each is called, and whether it holds whole numbers.
    int columns() const { return m_result ? PQnfields(m_result.get()) : 0; }
    std::string_view name(int column) const { return PQfname(m_result.get(), column); }
    bool isWhole(int column) const {
        const Oid type = PQftype(m_result.get(), column);
        return type == kInt2 || type == kInt4 || type == kInt8;
    }
    /// Of all cells, as they came.
    std::uint64_t bytes() const {
        std::uint64_t sum = 0;
        for (int row = 0; row < count(); ++row)
            for (int column = 0; column < columns(); ++column)
                sum += static_cast<std::uint64_t>(PQgetlength(m_result.get(), row, column));
        return sum;
    }
    bool isNull(int row, int column) const { return PQgetisnull(m_result.get(), row, column) == 1; }
    /// Rows an INSERT or UPDATE touched.
    std::int64_t affected() const {
        const std::string_view t = m_result ? PQcmdTuples(m_result.get()) : "";
        std::int64_t value = 0;
        std::from_chars(t.data(), t.data() + t.size(), value);
        return value;
    }

private:
    // PostgreSQL's type ids (pg_type.dat).
    static constexpr Oid kInt8 = 20, kInt2 = 21, kInt4 = 23;
    std::shared_ptr<PGresult> m_result;
};

}  // namespace tenfold::api
