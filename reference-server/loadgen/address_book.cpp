// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/loadgen/address_book.h"

namespace tenfold::loadgen {

int AddressBook::indexOf(std::uint64_t user) const {
    if (m_addresses == 1) return 0;
    // A fixed scramble: the same users share the address in every run.
    const std::uint64_t h = (user * 0x9e3779b97f4a7c15ULL) >> 11;
    const double u = static_cast<double>(h) * 0x1.0p-53;
    if (u < m_sharedPart) return 0;
    return 1 + static_cast<int>(user % static_cast<std::uint64_t>(m_addresses - 1));
}

boost::asio::ip::address_v4 AddressBook::addressAt(int index) const {
    const auto n = static_cast<std::uint32_t>(index);
    return boost::asio::ip::address_v4(0x7f010000u | (n / 250 << 8) | (1 + n % 250));
}

boost::asio::ip::address_v4 AddressBook::abuserAddress() {
    return boost::asio::ip::address_v4(0x7f020001u);
}

}  // namespace tenfold::loadgen
