// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace tenfold::api {

/// What a problem of one status is called. RFC 9457 wants one title for each type, and for the type
/// "about:blank" the phrase of the status; the two others are titled as their registration has it.
inline constexpr const char* titleOf(int status) {
    switch (status) {
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 409:
            return "Conflict";
        case 411:
            return "Length Required";
        case 413:
            return "Content Too Large";
        case 414:
            return "URI Too Long";
        case 415:
            return "Unsupported Media Type";
        case 416:
            return "Range Not Satisfiable";
        case 417:
            return "Expectation Failed";
        case 422:
            return "Unprocessable Content";
        case 429:
            return "Request cannot be satisfied as assigned quota has been exceeded";
        case 431:
            return "Request Header Fields Too Large";
        case 500:
            return "Internal Server Error";
        case 501:
            return "Not Implemented";
        case 502:
            return "Bad Gateway";
        case 503:
            return "Request cannot be satisfied due to temporary server capacity constraints";
        case 504:
            return "Gateway Timeout";
        default:
            return "Error";
    }
}

/// The problem type registered with IANA for a status, or "about:blank".
inline constexpr const char* typeOf(int status) {
    switch (status) {
        case 429:
            return "https://iana.org/assignments/http-problem-types#quota-exceeded";
        case 503:
            return "https://iana.org/assignments/http-problem-types#temporary-reduced-capacity";
        default:
            return "about:blank";
    }
}

}  // namespace tenfold::api
