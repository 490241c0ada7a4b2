// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <boost/asio/ip/address_v4.hpp>
#include <cstdint>

namespace tenfold::loadgen {

/// Which client address a user comes from: 127.1.x.y, and a part of the users behind one (NAT).
class AddressBook {
public:
    AddressBook(int addresses, double sharedPart)
        : m_addresses(addresses), m_sharedPart(sharedPart) {}
    /// Index of the user's address, 0 … addresses − 1; 0 is the shared one.
    int indexOf(std::uint64_t user) const;
    boost::asio::ip::address_v4 addressAt(int index) const;
    int count() const { return m_addresses; }

    static boost::asio::ip::address_v4 abuserAddress();

private:
    int m_addresses;
    double m_sharedPart;
};

}  // namespace tenfold::loadgen
