// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/shell/help_dialog.h"

#include <QDialogButtonBox>
#include <QGridLayout>
#include <QPushButton>

#include "app/shell/shortcuts.h"
#include "app/theme/widgets.h"

namespace tenfold::app {

HelpDialog::HelpDialog(QWidget* parent) : QDialog(parent) {
    setWindowTitle(tr("Keys"));
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(20, 16, 20, 16);
    auto* grid = new QGridLayout;
    grid->setHorizontalSpacing(28);
    grid->setVerticalSpacing(4);
    int row = 0;
    const auto heading = [&](const QString& text) {
        auto* label = makeLabel(text, TextRole::title);
        label->setContentsMargins(0, row ? 10 : 0, 0, 2);
        grid->addWidget(label, row++, 0, 1, 2);
    };
    const auto line = [&](const QString& keys, const QString& what) {
        auto* label = makeLabel(keys, TextRole::strong);
        grid->addWidget(label, row, 0);
        grid->addWidget(makeLabel(what, TextRole::body, "muted"), row++, 1);
    };
    QString group;
    for (const auto& entry : shortcuts()) {
        if (entry.group != group) heading(group = entry.group);
        QStringList keys;
        for (const auto& key : entry.keys) keys << key.toString(QKeySequence::NativeText);
        line(keys.join(tr(" or ")), entry.what);
    }
    heading(tr("Where the focus is"));
    for (const auto& entry : localKeys()) line(entry.keys, entry.what);
    outer->addLayout(grid);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    outer->addSpacing(10);
    outer->addWidget(buttons);
}

}  // namespace tenfold::app
