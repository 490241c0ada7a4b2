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
    bool isNull(int row, int column) const { return PQgetisnull(m_result.get(), row, column) == 1; }
    /// Rows an INSERT or UPDATE touched.
    std::int64_t affected() const {
        const std::string_view t = m_result ? PQcmdTuples(m_result.get()) : "";
        std::int64_t value = 0;
        std::from_chars(t.data(), t.data() + t.size(), value);
        return value;
    }

private:
    std::shared_ptr<PGresult> m_result;
};

}  // namespace tenfold::api
