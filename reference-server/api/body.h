// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "reference-server/api/problem.h"

namespace tenfold::api {

/// A JSON body, checked field by field. What is wrong is collected, and `check` tells all of it at
/// once; until then a field that is wrong reads as 0 or as nothing.
class Body {
public:
    using Json = nlohmann::json;

    /// Throws Problem 400 when the text is no JSON object, or nests deeper than any body of the
    /// contract: half a million brackets fit into a megabyte, and copying them would recurse.
    explicit Body(const std::string& text);

    const Json& root() const { return m_root; }

    /// A whole number of an object at `pointer` ("" for the body itself, "/lines/0" inside).
    std::int64_t integer(const Json& object, const std::string& pointer, const char* field,
                         std::int64_t least, std::int64_t most);
    /// A text of an object, `longest` in characters, as the contract counts.
    std::string text(const Json& object, const std::string& pointer, const char* field,
                     std::size_t longest);
    struct Entry {
        const Json& object;
        std::string pointer;
    };
    /// The objects of a list of 1 to `most`.
    std::vector<Entry> objects(const Json& object, const std::string& pointer, const char* field,
                               std::size_t most);
    /// A field that the contract does not know is a mistake of the client's, and said so.
    void noOthers(const Json& object, const std::string& pointer,
                  std::initializer_list<const char*> known);

    /// Throws Problem 422 with everything that was wrong.
    void check() const;

private:
    void wrong(const std::string& pointer, std::string detail);

    Json m_root;
    std::vector<Shortfall> m_shortfalls;
};

}  // namespace tenfold::api
