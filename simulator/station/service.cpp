// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/station/service.h"

#include "simulator/station/line_service.h"
#include "simulator/station/sharing_service.h"
#include "simulator/station/sliced_service.h"

namespace tenfold::station {

std::unique_ptr<Service> makeService(const Surroundings& s) {
    const Station& station = s.model->stations[s.station];
    // With a server for everybody the order does not matter.
    if (station.isInfinite()) return std::make_unique<LineService>(s);
    switch (station.discipline) {
        case Discipline::ps:
            return std::make_unique<SharingService>(s);
        case Discipline::sliced:
            return std::make_unique<SlicedService>(s);
        case Discipline::fcfs:
        case Discipline::priority:
            break;
    }
    return std::make_unique<LineService>(s);
}

}  // namespace tenfold::station
