// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/design_panel/card_popover.h"

#include <QFile>
#include <QTextBrowser>
#include <QVBoxLayout>
#include <algorithm>

#include "app/theme/widgets.h"
#include "simulator/hardware/assets.h"

namespace tenfold::app {

namespace fs = std::filesystem;

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

void openCard(const scenario::MechanismSpec& spec, QWidget* anchor, QWidget* owner) {
    QFile file(QString::fromStdString(cardFileOf(spec.id).string()));
    if (!file.open(QIODevice::ReadOnly)) return;
    auto* popover = new Popover(owner);
    auto* layout = new QVBoxLayout(popover);
    layout->setContentsMargins(10, 10, 6, 10);
    auto* text = new QTextBrowser;
    text->setOpenLinks(false);  // no network, ever
    text->setFont(fontFor(TextRole::body));
    text->document()->setDefaultFont(fontFor(TextRole::body));
    text->setMarkdown(QString::fromUtf8(file.readAll()));
    text->setAccessibleName(QString::fromStdString(spec.title));
    layout->addWidget(text);
    const int width = charsWide(72);
    text->document()->setTextWidth(width - 36);
    const int height = static_cast<int>(text->document()->size().height()) + 36;
    popover->setFixedSize(width, std::min(height, charsWide(80)));
    popover->openAt(anchor);
    text->setFocus();
}

}  // namespace tenfold::app
