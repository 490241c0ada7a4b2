// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tenfold::protocol {

/// What caches are told in header fields (RFC 9111, RFC 9110), as text in and values out.

/// Cache-Control of a request or of an answer; a directive that is not understood is not there.
struct CacheControl {
    bool noStore = false;
    bool noCache = false;  // not without asking the origin again
    bool isPrivate = false;
    bool isPublic = false;
    bool mustRevalidate = false;   // never beyond its time
    bool proxyRevalidate = false;  // the same, for shared caches
    bool onlyIfCached = false;
    std::optional<std::int64_t> maxAgeS;  // a value that is none, or said twice, counts as 0
    std::optional<std::int64_t> sharedMaxAgeS;
    std::optional<std::int64_t> staleWhileRevalidateS;  // RFC 5861
};
CacheControl cacheControlFrom(std::string_view field);

/// Of an answer: what decides whether a shared cache may keep it. Fields as they came, empty when
/// they did not.
struct AnswerHead {
    int status = 0;
    std::string_view cacheControl;
    std::string_view age;
    std::string_view date;
    std::string_view expires;
    std::string_view vary;
    bool setsCookie = false;
    bool answersAuthorized = false;  // the request said who it is for
};
struct Freshness {
    std::int64_t freshS = 0;  // from now on; not more than 0: at once to be asked about again
    std::int64_t staleS = 0;  // and how much longer it may be served while that is done
    std::int64_t ageS = 0;    // that it had when it came
    bool isForAll = false;    // also for those who say who they are (RFC 9111, 3.5)
};
/// Nothing: a shared cache keeps nothing of it. Only what says how long it is fresh is kept: no
/// guesses from Last-Modified. What sets a cookie is somebody's, whatever else it says.
std::optional<Freshness> freshnessOf(const AnswerHead& head);

/// Names of the fields an answer depends on, in lower case and order, each once; "*" among them:
/// on something that no field says.
std::vector<std::string> variesBy(std::string_view vary);

/// If-None-Match against an entity tag, by weak comparison (RFC 9110, 13.1.2).
bool matchesNoneOf(std::string_view ifNoneMatch, std::string_view entityTag);

/// "Sun, 06 Nov 1994 08:49:37 GMT" in seconds since 1970; nothing when it is no date.
std::optional<std::int64_t> httpDate(std::string_view text);

/// A strong entity tag of a body: changes with every byte of it.
std::string entityTagOf(std::string_view body);

}  // namespace tenfold::protocol
