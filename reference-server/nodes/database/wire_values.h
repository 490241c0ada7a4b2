// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace tenfold::nodes {

/// Values as they travel: PostgreSQL's text and binary formats on one side, SQLite's five storage
/// classes on the other.

/// A parameter as the client sent it.
struct WireParameter {
    std::string bytes;
    bool isNull = false;
    bool isBinary = false;
    std::int32_t type = 0;  // PostgreSQL's type id; 0: the client leaves it to the server
};

/// What is answered with an SQLSTATE of its own.
class WireError : public std::runtime_error {
public:
    WireError(const char* sqlState, const std::string& message)
        : std::runtime_error(message), m_sqlState(sqlState) {}
    const char* sqlState() const { return m_sqlState; }

private:
    const char* m_sqlState;
};

/// How many parameters a statement takes: the highest N of its $N.
int parametersOf(sqlite3_stmt* statement);
/// Binds all of them. SQLite numbers $2,$1 in order of appearance; here they are bound by their
/// number. The values must outlive the statement's run. Throws WireError.
void bindParameters(sqlite3_stmt* statement, const std::vector<WireParameter>& parameters);

/// The type each column is announced with; with a row at hand, that of its value where nothing is
/// declared.
std::vector<std::int32_t> columnTypes(sqlite3_stmt* statement, bool hasRow);
/// RowDescription; NoData without columns. Throws WireError when the formats do not fit.
void appendDescription(sqlite3_stmt* statement, const std::vector<std::int32_t>& types,
                       const std::vector<std::int16_t>& formats, std::string& out);
/// DataRow; returns the bytes of its values. `formats` as in Bind: none (all text), one for all
/// columns, or one for each. Throws WireError when a value does not fit the type that was announced
/// and the client wants binary.
std::uint64_t appendRow(sqlite3_stmt* statement, const std::vector<std::int32_t>& types,
                        const std::vector<std::int16_t>& formats, std::string& out);

}  // namespace tenfold::nodes
