// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

namespace tenfold::scenario {

/// The group of the article a mechanism belongs to.
enum class Tier { queries10k, infrastructure100k, architecture1M, principles };
std::string_view toString(Tier tier);  // 10k, 100k, 1M, principles
std::string_view titleOf(Tier tier);   // "Queries · 10k"

/// One position of a switch.
struct ValueSpec {
    std::string id;      // on, keyset, per_ip
    std::string title;   // what the panel shows
    std::string effect;  // one line: what the system does in this position
};

/// A word that a parameter may be.
struct OptionSpec {
    std::string id;     // single_flight
    std::string title;  // what the panel shows
};

/// A number, yes or no, or one of some words, that belongs to a switch.
struct ParameterSpec {
    std::string id;  // lag_ms
    std::string title;
    std::string unit;  // "ms", "s", "", …
    double minimum = 0;
    double maximum = 0;
    double initial = 0;
    bool isBool = false;
    std::string help;
    /// Words instead of a number: the value is the place of the word, from 0.
    std::vector<OptionSpec> options = {};
};

/// One switch: words, values, parameters, defaults. The panel, the flags, the JSON, the help and
/// the tests derive from it. The first value is how the article's first version ships it.
struct MechanismSpec {
    std::string id;
    std::string title;
    Tier tier = Tier::queries10k;
    std::string question;             // what the reader may be wondering, one line
    std::string gain;                 // what it buys
    std::string price;                // and what it costs: every mechanism has one
    std::vector<std::string> counts;  // sample fields that switching it changes
    std::vector<ValueSpec> values;
    std::vector<ParameterSpec> parameters;
    bool combinable = false;       // values other than the first may be joined with '+'
    std::string sound;             // the value of the scenario `sound`
    bool isHeldByClients = false;  // adding it later touches what clients hold
};

}  // namespace tenfold::scenario
