// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/station/network.h"

#include <stdexcept>

namespace tenfold::station {

namespace {
/// More customers than any stable network of the format has at once.
constexpr std::size_t kMostPresent = 20'000'000;
}  // namespace

Network::Network(const Model& model) : m_model(model), m_ticks(model) {
    const auto stream = [&](const std::string& name) { return random::Stream(model.seed, name); };
    for (std::uint32_t c = 0; c < model.classes.size(); ++c) {
        const auto& name = model.classes[c].name;
        m_classes.push_back(
            {{}, {}, stream("arrivals/" + name), stream("routing/" + name), model.firstStation(c)});
    }
    for (std::uint32_t s = 0; s < model.stations.size(); ++s) {
        auto& place = m_places.emplace_back();
        for (const auto& c : model.classes)
            place.cells.push_back(
                {{}, {}, stream("service/" + model.stations[s].name + "/" + c.name)});
        place.service = makeService({&model, s, &m_customers, &m_queue, m_ticks});
    }
    for (std::uint32_t c = 0; c < model.classes.size(); ++c) {
        if (!model.classes[c].isClosed()) {
            scheduleArrival(c);
            continue;
        }
        for (std::uint32_t i = 0; i < model.classes[c].population; ++i) {
            const auto customer = m_customers.add(c, 0);
            m_classes[c].number.add(1, 0);
            enter(customer, m_classes[c].first);
        }
    }
    settleFinished();
}

void Network::advanceTo(std::uint64_t customers) {
    while (m_counted < customers) {
        const Event e = m_queue.pop(m_now);
        if (m_now > static_cast<Nanos>(Ticks::kMost))
            throw std::runtime_error("the run is longer than its clock can count");
        if (e.kind == Event::Kind::arrival) {
            ++m_events;
            arrive(e.place);
        } else {
            m_places[e.place].service->advance(e, m_now, m_finished);
        }
        settleFinished();
        if (m_customers.present() > kMostPresent)
            throw std::runtime_error("the network fills up: its queues grow without bound");
    }
}

void Network::scheduleArrival(std::uint32_t c) {
    const double between = m_model.classes[c].arrivals->draw(m_classes[c].arrivals);
    m_queue.push(m_now + m_ticks.of(between), {Event::Kind::arrival, c, 0, 0});
}

void Network::arrive(std::uint32_t c) {
    const auto customer = m_customers.add(c, m_now);
    m_classes[c].number.add(1, m_now);
    enter(customer, choose(m_model.routes[c].source, m_classes[c].routing));
    scheduleArrival(c);
}

std::uint32_t Network::choose(const std::vector<Exit>& exits, random::Stream& stream) const {
    if (exits.size() == 1) return exits.front().to;
    double u = stream.uniform();
    for (std::size_t i = 0; i + 1 < exits.size(); ++i) {
        u -= exits[i].probability;
        if (u < 0) return exits[i].to;
    }
    return exits.back().to;
}

void Network::enter(std::uint32_t customer, std::uint32_t station) {
    Customer& who = m_customers[customer];
    Place& place = m_places[station];
    Cell& cell = place.cells[who.classIndex];
    cell.book.now().arrived += 1;
    const Station& is = m_model.stations[station];
    if (is.capacity && place.present >= *is.capacity) {
        cell.book.now().lost += 1;
        m_classes[who.classIndex].number.add(-1, m_now);
        m_customers.remove(customer);
        return;
    }
    ++place.present;
    cell.number.add(1, m_now);
    who.station = station;
    who.enteredStation = m_now;
    who.service = m_ticks.of(is.service[who.classIndex]->draw(cell.service));
    place.service->admit(customer, m_now, m_finished);
}

void Network::settleFinished() {
    // By index: who leaves one station enters the next, where somebody may finish at once.
    for (std::size_t i = 0; i < m_finished.size(); ++i) leave(m_finished[i]);
    m_finished.clear();
}

void Network::leave(std::uint32_t customer) {
    ++m_events;
    const Customer& who = m_customers[customer];
    Place& place = m_places[who.station];
    Cell& cell = place.cells[who.classIndex];
    --place.present;
    cell.number.add(-1, m_now);
    const Nanos response = m_now - who.enteredStation;
    Sums& sums = cell.book.now();
    sums.served += 1;
    sums.response += static_cast<double>(response);
    sums.wait += static_cast<double>(response - who.service);
    cell.book.recordResponse(response);
    const auto to =
        choose(m_model.routes[who.classIndex].from[who.station], m_classes[who.classIndex].routing);
    if (to == kSink) return depart(customer);
    if (m_model.classes[who.classIndex].isClosed() && to == m_classes[who.classIndex].first)
        countVisit(customer);
    enter(customer, to);
}

void Network::depart(std::uint32_t customer) {
    const Customer who = m_customers[customer];
    m_customers.remove(customer);
    m_classes[who.classIndex].number.add(-1, m_now);
    count(who.classIndex, m_now - who.enteredNetwork, static_cast<double>(m_customers.present()));
}

void Network::countVisit(std::uint32_t customer) {
    Customer& who = m_customers[customer];
    const auto first = m_classes[who.classIndex].first;
    count(who.classIndex, m_now - who.enteredNetwork, static_cast<double>(m_places[first].present));
    who.enteredNetwork = m_now;
}

void Network::count(std::uint32_t classIndex, Nanos response, double present) {
    ++m_counted;
    Sums& sums = m_classes[classIndex].book.now();
    sums.served += 1;
    sums.response += static_cast<double>(response);
    if (m_course == nullptr) return;
    m_course->responses.push_back(static_cast<double>(response));
    m_course->present.push_back(present);
}

void Network::takeAreas() {
    for (auto& place : m_places)
        for (std::size_t c = 0; c < place.cells.size(); ++c) {
            Sums& sums = place.cells[c].book.now();
            sums.numberArea = place.cells[c].number.takeArea(m_now);
            sums.busyArea = place.service->busy(c).takeArea(m_now);
        }
    for (auto& c : m_classes) c.book.now().numberArea = c.number.takeArea(m_now);
}

void Network::forget() {
    takeAreas();
    for (auto& place : m_places)
        for (auto& cell : place.cells) cell.book.restart();
    for (auto& c : m_classes) c.book.restart();
    m_batchTicks.clear();
    m_batchSince = m_now;
    m_events = 0;
    m_counted = 0;
}

void Network::endBatch() {
    takeAreas();
    m_batchTicks.push_back(static_cast<double>(m_now - m_batchSince));
    m_batchSince = m_now;
}

void Network::startBatch() {
    endBatch();
    for (auto& place : m_places)
        for (auto& cell : place.cells) cell.book.startBatch();
    for (auto& c : m_classes) c.book.startBatch();
}

}  // namespace tenfold::station
