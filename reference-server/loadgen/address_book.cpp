// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/loadgen/address_book.h"

#include "simulator/load/addresses.h"

namespace tenfold::loadgen {

int AddressBook::indexOf(std::uint64_t user) const {
    return load::addressOf(user, m_addresses, m_sharedPart);
}

boost::asio::ip::address_v4 AddressBook::addressAt(int index) const {
    const auto n = static_cast<std::uint32_t>(index);
    return boost::asio::ip::address_v4(0x7f010000u | (n / 250 << 8) | (1 + n % 250));
}

boost::asio::ip::address_v4 AddressBook::abuserAddress() {
    return boost::asio::ip::address_v4(0x7f020001u);
}

}  // namespace tenfold::loadgen
