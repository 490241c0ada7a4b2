// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/station/model_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "simulator/station/distribution_json.h"
#include "simulator/station/reader.h"
#include "simulator/station/traffic.h"

namespace tenfold::station {

using nlohmann::json;

namespace {

/// Where each name stands in the file.
using Names = std::map<std::string, std::uint32_t>;

constexpr std::uint64_t kMostCustomers = 10'000'000'000;

void readName(const Reader& r, const char* what, std::string& name, Names& names) {
    const auto text = r.at("name").text();
    if (!text) return;
    name = *text;
    if (name == "source" || name == "sink") {
        r.at("name").refuse("another name: routing uses this one itself");
    } else if (!names.emplace(name, static_cast<std::uint32_t>(names.size())).second) {
        r.at("name").say(fmt::format("there is a {} \"{}\" already", what, name));
    }
}

void readClass(const Reader& r, CustomerClass& c, Names& names) {
    if (!r.isObject({"name", "arrivals", "population", "priority"})) return;
    readName(r, "class", c.name, names);
    const Reader arrivals = r.at("arrivals"), population = r.at("population");
    if (arrivals.isThere() == population.isThere()) {
        r.say("needs either arrivals (open) or population (closed), and not both");
    } else if (arrivals.isThere()) {
        c.arrivals = readDistribution(arrivals, false);
    } else {
        c.population = static_cast<std::uint32_t>(population.whole(1, 1'000'000).value_or(0));
    }
    if (const Reader p = r.at("priority"); p.isThere())
        c.priority = static_cast<int>(p.whole(0, 1'000).value_or(0));
}

void readDiscipline(const Reader& r, Station& s) {
    const Reader d = r.at("discipline"), slice = r.at("slice_ms");
    const std::map<std::string, Discipline> known{{"fcfs", Discipline::fcfs},
                                                  {"ps", Discipline::ps},
                                                  {"sliced", Discipline::sliced},
                                                  {"priority", Discipline::priority}};
    if (d.isThere()) {
        const auto it =
            d.json().is_string() ? known.find(d.json().get<std::string>()) : known.end();
        if (it == known.end()) {
            d.refuse("fcfs, ps, sliced, priority");
            return;
        }
        s.discipline = it->second;
    }
    if (s.discipline == Discipline::sliced) {
        s.sliceS = slice.number(0, false).value_or(1) / 1e3;
    } else if (slice.isThere()) {
        slice.refuse("no slice without the discipline sliced");
    }
}

void readStation(const Reader& r, Station& s, Names& names, const Names& classes) {
    if (!r.isObject({"name", "servers", "capacity", "discipline", "slice_ms", "service"})) return;
    readName(r, "station", s.name, names);
    const Reader servers = r.at("servers");
    if (servers.isThere() && servers.json() == "infinite") {
        s.servers = Station::kInfinite;
    } else if (servers.isThere() && servers.json().is_string()) {
        servers.refuse("a whole number from 1 to 100000, or \"infinite\"");
    } else if (servers.isThere()) {
        s.servers = static_cast<int>(servers.whole(1, 100'000).value_or(1));
    } else {
        servers.refuse("a whole number from 1 to 100000, or \"infinite\"");
    }
    if (const Reader c = r.at("capacity"); c.isThere()) s.capacity = c.whole(1, 1'000'000'000);
    readDiscipline(r, s);
    s.service.resize(classes.size());
    const Reader service = r.at("service");
    if (!service.isObject()) return;
    for (const auto& [key, value] : service.json().items()) {
        const auto it = classes.find(key);
        if (it == classes.end()) {
            service.at(key).say("there is no such class");
        } else if (it->second < s.service.size()) {
            s.service[it->second] = readDistribution(service.at(key), true);
        }
    }
}

/// One row of the routing matrix: {"cpu": 0.3, "sink": 0.7}.
std::vector<Exit> readExits(const Reader& row, const Names& stations, bool isSinkAllowed) {
    std::vector<Exit> exits;
    if (!row.isObject()) return exits;
    double sum = 0;
    bool isGood = true;
    for (const auto& [key, value] : row.json().items()) {
        const Reader target = row.at(key);
        const auto it = stations.find(key);
        if (key == "sink" && !isSinkAllowed) {
            target.say("only customers of an open class leave, and only from a station");
            isGood = false;
        } else if (key != "sink" && it == stations.end()) {
            target.say("there is no such station");
            isGood = false;
        }
        const auto p = target.number(0, true);
        isGood = isGood && p;
        sum += p.value_or(0);
        if (isGood && *p > 0) exits.push_back({key == "sink" ? kSink : it->second, *p});
    }
    if (!isGood) return exits;
    if (std::abs(sum - 1) > kSumTolerance)
        row.say(fmt::format("probabilities sum to {:.9g}, not to 1", sum));
    for (auto& e : exits) e.probability /= sum;
    return exits;
}

void readRoute(const Reader& r, const CustomerClass& c, const Names& stations, Route& route) {
    route.from.resize(stations.size());
    if (!r.isObject()) return;
    // A class whose arrivals could not be read is taken to be an open one.
    const Reader source = r.at("source");
    if (c.population > 0) {
        if (source.isThere()) source.say("a closed class has no source");
    } else if (source.isThere()) {
        route.source = readExits(source, stations, false);
    } else if (c.arrivals) {
        source.refuse("where an open class goes first");
    }
    for (const auto& [key, value] : r.json().items()) {
        if (key == "source") continue;
        const auto it = stations.find(key);
        if (it == stations.end()) {
            r.at(key).say("there is no such station");
        } else {
            route.from[it->second] = readExits(r.at(key), stations, c.population == 0);
        }
    }
}

}  // namespace

Model modelFromJson(const json& j, const std::string& source) {
    scenario::Problems problems(source);
    const Reader r(&j, "$", problems);
    Model m;
    Names classes, stations;
    if (!r.isObject({"format", "classes", "stations", "routing", "stop", "seed"}))
        throw scenario::InputError(problems);
    if (!r.at("format").isThere() || r.at("format").json() != "tenfold.station/1")
        r.at("format").refuse("\"tenfold.station/1\"");

    if (const Reader list = r.at("classes"); list.isFilledArray()) {
        m.classes.resize(list.json().size());
        for (std::size_t i = 0; i < m.classes.size(); ++i)
            readClass(list.at(i), m.classes[i], classes);
    }
    if (const Reader list = r.at("stations"); list.isFilledArray()) {
        m.stations.resize(list.json().size());
        for (std::size_t i = 0; i < m.stations.size(); ++i)
            readStation(list.at(i), m.stations[i], stations, classes);
    }
    m.routes.resize(m.classes.size());
    if (const Reader routing = r.at("routing"); routing.isObject()) {
        for (const auto& [key, value] : routing.json().items())
            if (!classes.contains(key)) routing.at(key).say("there is no such class");
        for (std::size_t i = 0; i < m.classes.size(); ++i)
            if (!m.classes[i].name.empty())
                readRoute(routing.at(m.classes[i].name), m.classes[i], stations, m.routes[i]);
    }
    if (const Reader stop = r.at("stop"); stop.isObject({"customers"}))
        m.customers = stop.at("customers").whole(1, kMostCustomers).value_or(1);
    if (const Reader seed = r.at("seed"); seed.isThere())
        m.seed = seed.whole(0, 0xffff'ffff'ffff'ffffULL).value_or(1);

    // What follows would be told of a network nobody described.
    if (problems.empty()) checkTraffic(m, problems);
    if (!problems.empty()) throw scenario::InputError(problems);
    return m;
}

Model loadModel(const std::string& file) {
    scenario::Problems problems(file);
    std::ifstream in(file);
    std::ostringstream text;
    if (!in || !(text << in.rdbuf())) {
        problems.add("cannot be read");
        throw scenario::InputError(problems);
    }
    json j;
    try {
        j = json::parse(text.str());
    } catch (const json::exception& e) {
        problems.add(std::string("$: is not JSON: ") + e.what());
        throw scenario::InputError(problems);
    }
    return modelFromJson(j, file);
}

}  // namespace tenfold::station
