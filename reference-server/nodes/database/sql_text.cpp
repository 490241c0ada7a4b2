// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/nodes/database/sql_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <functional>
#include <set>

namespace tenfold::nodes {

namespace {

bool isWordChar(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

std::string upper(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return out;
}

std::string_view skipBlank(std::string_view s) {
    while (!s.empty()) {
        if (std::isspace(static_cast<unsigned char>(s.front()))) {
            s.remove_prefix(1);
        } else if (s.rfind("--", 0) == 0) {
            const auto end = s.find('\n');
            s.remove_prefix(end == std::string_view::npos ? s.size() : end);
        } else if (s.rfind("/*", 0) == 0) {
            const auto end = s.find("*/", 2);
            s.remove_prefix(end == std::string_view::npos ? s.size() : end + 2);
        } else {
            break;
        }
    }
    return s;
}

std::string_view takeWord(std::string_view& s) {
    s = skipBlank(s);
    std::size_t n = 0;
    while (n < s.size() && isWordChar(s[n])) ++n;
    const auto word = s.substr(0, n);
    s.remove_prefix(n);
    return word;
}

bool containsWord(std::string_view sql, std::string_view word) {
    const std::string all = upper(sql);
    for (auto at = all.find(word); at != std::string::npos; at = all.find(word, at + 1)) {
        const bool startsHere = at == 0 || !isWordChar(all[at - 1]);
        const bool endsHere = at + word.size() >= all.size() || !isWordChar(all[at + word.size()]);
        if (startsHere && endsHere) return true;
    }
    return false;
}

/// A PRAGMA that only tells something; others change the file or how it is written.
bool isTellingPragma(std::string_view rest) {
    static const std::set<std::string, std::less<>> telling{
        "TABLE_INFO",  "TABLE_XINFO",      "TABLE_LIST",      "INDEX_LIST",  "INDEX_INFO",
        "INDEX_XINFO", "FOREIGN_KEY_LIST", "COMPILE_OPTIONS", "QUICK_CHECK", "INTEGRITY_CHECK"};
    return telling.contains(upper(takeWord(rest)));
}

}  // namespace

bool isForSqlite(SqlKind kind) {
    return kind == SqlKind::read || kind == SqlKind::write || kind == SqlKind::ddl;
}

SqlKind kindOf(std::string_view sql) {
    std::string_view rest = sql;
    const std::string word = upper(takeWord(rest));
    if (word.empty() &&
        rest.find_first_not_of("; \t\r\n\f\v", rest.size() - skipBlank(rest).size()) ==
            std::string_view::npos)
        return SqlKind::empty;
    if (word == "SELECT" || word == "VALUES" || word == "EXPLAIN") return SqlKind::read;
    if (word == "PRAGMA") return isTellingPragma(rest) ? SqlKind::read : SqlKind::unsupported;
    if (word == "WITH")
        return containsWord(rest, "INSERT") || containsWord(rest, "UPDATE") ||
                       containsWord(rest, "DELETE")
                   ? SqlKind::write
                   : SqlKind::read;
    if (word == "INSERT" || word == "UPDATE" || word == "DELETE" || word == "REPLACE")
        return SqlKind::write;
    if (word == "CREATE" || word == "DROP" || word == "ALTER") return SqlKind::ddl;
    if (word == "BEGIN" || word == "START") {
        if (containsWord(rest, "ONLY")) return SqlKind::beginReadOnly;
        if (containsWord(rest, "WRITE")) return SqlKind::beginReadWrite;
        return SqlKind::begin;
    }
    if (word == "COMMIT" || word == "END") return SqlKind::commit;
    // A savepoint outside BEGIN would be a transaction of SQLite's that nobody knows of.
    if (word == "SAVEPOINT" || word == "RELEASE" || word == "ATTACH" || word == "DETACH" ||
        word == "VACUUM" || word == "REINDEX" || (word == "ROLLBACK" && containsWord(rest, "TO")))
        return SqlKind::unsupported;
    if (word == "ROLLBACK" || word == "ABORT") return SqlKind::rollback;
    if (word == "SET" || word == "RESET") return SqlKind::set;
    if (word == "DISCARD" || word == "DEALLOCATE") return SqlKind::deallocate;
    if (word == "SHOW") return SqlKind::show;
    if (word == "START_REPLICATION") return SqlKind::replicate;
    return SqlKind::read;  // SQLite will say what is wrong with it
}

std::vector<std::string> splitStatements(std::string_view sql) {
    std::vector<std::string> out;
    std::string current;
    const auto finish = [&] {
        if (!skipBlank(current).empty()) out.push_back(current);
        current.clear();
    };
    for (std::size_t i = 0; i < sql.size(); ++i) {
        const char c = sql[i];
        std::size_t end = i;
        if (c == '\'' || c == '"') {
            end = sql.find(c, i + 1);
        } else if (sql.compare(i, 2, "--") == 0) {
            end = sql.find('\n', i);
        } else if (sql.compare(i, 2, "/*") == 0) {
            end = sql.find("*/", i + 2);
            if (end != std::string_view::npos) ++end;
        } else if (c == ';') {
            finish();
            continue;
        }
        end = std::min(end, sql.size() - 1);
        current.append(sql.substr(i, end - i + 1));
        i = end;
    }
    finish();
    return out;
}

std::string sqliteText(std::string_view sql, SqlKind kind) {
    switch (kind) {
        case SqlKind::begin:
        case SqlKind::beginReadOnly:
            return "BEGIN";
        case SqlKind::beginReadWrite:
            return "BEGIN IMMEDIATE";
        case SqlKind::commit:
            return "COMMIT";
        case SqlKind::rollback:
            return "ROLLBACK";
        default:
            break;
    }
    std::string_view rest = sql;
    if (upper(takeWord(rest)) != "EXPLAIN") return std::string(sql);
    // PostgreSQL's options in parentheses mean nothing here.
    rest = skipBlank(rest);
    if (!rest.empty() && rest.front() == '(')
        rest.remove_prefix(std::min(rest.find(')') + 1, rest.size()));
    std::string_view after = rest;
    const std::string next = upper(takeWord(after));
    if (next == "ANALYZE" || next == "VERBOSE") rest = after;
    if (next == "QUERY") return std::string(sql);
    return "EXPLAIN QUERY PLAN " + std::string(skipBlank(rest));
}

std::string_view argumentOf(std::string_view sql) {
    takeWord(sql);
    sql = skipBlank(sql);
    while (!sql.empty() &&
           (std::isspace(static_cast<unsigned char>(sql.back())) || sql.back() == ';'))
        sql.remove_suffix(1);
    return sql;
}

std::string commandTag(std::string_view sql, SqlKind kind, long long rows, long long changes) {
    switch (kind) {
        case SqlKind::begin:
        case SqlKind::beginReadWrite:
        case SqlKind::beginReadOnly:
            return "BEGIN";
        case SqlKind::commit:
            return "COMMIT";
        case SqlKind::rollback:
            return "ROLLBACK";
        case SqlKind::set:
            return "SET";
        case SqlKind::show:
            return "SHOW";
        default:
            break;
    }
    std::string_view rest = sql;
    std::string word = upper(takeWord(rest));
    if (word == "INSERT" || word == "REPLACE") return fmt::format("INSERT 0 {}", changes);
    if (word == "UPDATE" || word == "DELETE") return fmt::format("{} {}", word, changes);
    if (kind == SqlKind::ddl) return word + " " + upper(takeWord(rest));
    if (kind == SqlKind::write) {  // WITH … : what comes after it
        for (const char* verb : {"UPDATE", "DELETE"})
            if (!containsWord(rest, "INSERT") && containsWord(rest, verb))
                return fmt::format("{} {}", verb, changes);
        return fmt::format("INSERT 0 {}", changes);
    }
    return fmt::format("SELECT {}", rows);
}

}  // namespace tenfold::nodes
