// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/design_panel/card_popover.h"

#include <QFile>
#include <QTextBrowser>
#include <QVBoxLayout>
#include <algorithm>

#include "app/design_panel/card_text.h"
#include "app/theme/widgets.h"
#include "simulator/hardware/assets.h"

namespace tenfold::app {

namespace fs = std::filesystem;

namespace {
constexpr double kWidth = 88;  // characters: a line of a formula
constexpr int kScrollBar = 14;
}  // namespace

fs::path cardFileOf(const std::string& mechanism) {
    const fs::path assets = hardware::assetsDir();
    // In the source tree the page stands beside its mechanism; installed, with the other data.
    for (const auto& file : {assets / ".." / "simulator" / "mechanisms" / mechanism / "card.md",
                             assets / "cards" / (mechanism + ".md")}) {
        std::error_code ignored;
        if (fs::exists(file, ignored)) return file;
    }
    return {};
}

void openCard(const scenario::MechanismSpec& spec, const Theme& theme, QWidget* anchor,
              QWidget* owner) {
    QFile file(QString::fromStdString(cardFileOf(spec.id).string()));
    if (!file.open(QIODevice::ReadOnly)) return;
    auto* popover = new Popover(owner);
    auto* layout = new QVBoxLayout(popover);
    layout->setContentsMargins(18, 14, 6, 14);
    auto* text = new QTextBrowser;
    text->setOpenLinks(false);  // no network, ever
    setCardText(*text->document(), QString::fromUtf8(file.readAll()), theme);
    text->setAccessibleName(QString::fromStdString(spec.title));
    text->setFrameShape(QFrame::NoFrame);
    layout->addWidget(text);
    const int width = charsWide(kWidth);
    text->document()->setTextWidth(width - kScrollBar - 24);
    const int height = static_cast<int>(text->document()->size().height()) + 30;
    popover->setFixedSize(width, std::min(height, popover->room().height() - 8));
    popover->openAt(anchor);
    text->setFocus();
}

}  // namespace tenfold::app
