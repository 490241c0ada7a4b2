// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTextDocument>

#include "app/theme/theme.h"

namespace tenfold::app {

/// Sets a card, which is Markdown, in the program's type and colours.
void setCardText(QTextDocument& document, const QString& markdown, const Theme& theme);

}  // namespace tenfold::app
