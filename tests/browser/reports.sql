-- Runs in every state that stands still, for the pages to be looked at. `:now` is the present instant
-- in microseconds; 1780000000000000 is 2026-05-28T20:26:40Z.

INSERT INTO text (id, digest, text) VALUES
    (1, x'01', 'title = "Verification, last week"
range = "previous week"
sections = ["summary", "screens", "trend", "reasons"]
formats = ["pdf", "xlsx"]

[schedule]
when = "weekly monday 08:00 Europe/Tallinn"

[[recipient]]
mail = ["product@example.com", "support@example.com", "left-the-company@example.com"]

[[recipient]]
webhook = "warehouse"
'),
    (2, x'02', '[[screen]]
state = "camera_access_blocked_screen_shown"
label = "Camera access blocked"
'),
    (3, x'03', 'title = "Camera access blocked"

[schedule]
when = "daily 09:00 Europe/Tallinn"

[alert]
on = "drop_off_rate"
above = 0.08
'),
    (4, x'04', 'title = "The old weekly"

[schedule]
when = "weekly monday 06:00 UTC"
');

INSERT INTO run (id, name, cause, again_of, scheduled_at, definition, version, input, position, catalogue, state,
                 tries, next_try_at, trouble, note, created_at, changed_at) VALUES
    -- Mondays at 08:00 in Tallinn.
    (1, 'old-weekly', 'scheduled', NULL, 1780293600000000, 4, '0.9.0', '{"unit":"session"}', 4100, 2, 'delivered',
     1, NULL, NULL, NULL, 1780293600000000, 1780293604000000),
    (2, 'weekly-product', 'scheduled', NULL, 1780290000000000, 1, '1.0.0', '{"from":"2026-05-25T00:00:00+03:00","unit":"session"}', 4100, 2, 'delivered',
     1, NULL, NULL, NULL, 1780290000000000, :now - 86400000000),
    (3, 'weekly-product', 'scheduled', NULL, 1780894800000000, 1, '1.0.0', NULL, NULL, NULL, 'skipped',
     0, NULL, NULL, NULL, 1780894800000000, 1781499600000000),
    (4, 'weekly-product', 'scheduled', NULL, 1781499600000000, 1, '1.0.0', '{"from":"2026-06-08T00:00:00+03:00","unit":"session"}', 6200, 2, 'failed',
     1, NULL, '1 of 4 recipients did not get it, and of 1 nobody knows whether they did',
     'Weir did not run when this was due: the run of 2026-06-08 08:00 was left out, and this one is 3 h late', 1781499600000000, 1781510460000000),
    (5, 'weekly-product', 'again', 4, 1781499600000000, 1, '1.0.0', '{"from":"2026-06-08T00:00:00+03:00","unit":"session"}', 6200, 2, 'delivering',
     1, NULL, NULL, NULL, 1781510600000000, 1781510600000000),
    (6, 'weekly-product', 'scheduled', NULL, 1782104400000000, 1, '1.0.0', NULL, NULL, NULL, 'failed',
     9, NULL, 'given up after 9 tries: the outputs could not be written: no storage space; make room on the disk, then ask for the run again', NULL, 1782104400000000, 1782104402000000),
    (7, 'camera-blocked', 'scheduled', NULL, 1782108000000000, 3, '1.0.0', '{"unit":"session"}', 8100, 2, 'quiet',
     1, NULL, NULL, 'drop-off 7.1 % (5.9–8.4) of 1,204 sessions: it does not fire', 1782108000000000, 1782108001000000),
    (8, 'camera-blocked', 'scheduled', NULL, 1782194400000000, 3, '1.0.0', '{"unit":"session"}', 8400, 2, 'delivered',
     1, NULL, NULL, NULL, 1782194400000000, 1782194402000000),
    (9, 'by-hand', 'asked', NULL, 1782280800000000, 1, '1.0.0', NULL, NULL, NULL, 'due',
     2, :now + 172800000000, 'the report is behind the log by 41,000 deliveries; it is tried again once it has caught up', NULL, 1782280800000000, 1782280802000000);

INSERT INTO file (run, name, role, format, media_type, bytes, sha256) VALUES
    (2, 'weekly-product-2026-06-01.pdf', 'file', 'pdf', 'application/pdf', 81204, '9f4c2d1e8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c3d2e1f0a9b8c7d6e5f4a3b2c1d'),
    (2, 'weekly-product-2026-06-01.xlsx', 'file', 'xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 22310, '03be5a6b7c8d9e0f1a2b3c4d5e6f7a8b9c0d1e2f3a4b5c6d7e8f9a0b1c2d3e4f'),
    (4, 'weekly-product-2026-06-15.pdf', 'file', 'pdf', 'application/pdf', 83117, '1f4c2d1e8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c3d2e1f0a9b8c7d6e5f4a3b2c1d'),
    (4, 'weekly-product-2026-06-15.xlsx', 'file', 'xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 22902, '13be5a6b7c8d9e0f1a2b3c4d5e6f7a8b9c0d1e2f3a4b5c6d7e8f9a0b1c2d3e4f');

INSERT INTO sending (run, target, parcel, formats, state, tries, next_try_at, trouble, receipt, changed_at) VALUES
    (2, 'mail:product@example.com', 'p1', 'pdf,xlsx', 'delivered', 1, NULL, NULL, 'smtp.example.com: 250 2.0.0 queued as 4F1A', 1780290003000000),
    (2, 'webhook:warehouse', 'p2', 'pdf,xlsx', 'delivered', 3, NULL, NULL, 'answered with 204', 1780290603000000),
    (4, 'mail:product@example.com', 'p3', 'pdf,xlsx', 'delivered', 1, NULL, NULL, 'smtp.example.com: 250 2.0.0 queued as 5B22', 1781510403000000),
    (4, 'mail:support@example.com', 'p4', 'pdf,xlsx', 'unknown', 1, NULL,
     'smtp.example.com cut the line after it had the message and before it said that it took it: weir schedule again 4 --send mail:support@example.com', NULL, 1781510433000000),
    (4, 'mail:left-the-company@example.com', 'p5', 'pdf,xlsx', 'failed', 1, NULL,
     'smtp.example.com refuses left-the-company@example.com: 550 5.1.1 no such user here; take the address out of the definition', NULL, 1781510404000000),
    (4, 'webhook:warehouse', 'p6', 'pdf,xlsx', 'delivered', 2, NULL, NULL, 'answered with 204', 1781510460000000),
    (5, 'mail:support@example.com', 'p7', 'pdf,xlsx', 'waiting', 2, :now + 172800000000,
     'smtp.example.com is not there: connection refused; see whether channels.mail.host and its port are right', NULL, 1781510700000000),
    (8, 'file:alerts/2026-06-23/camera-blocked.html', 'p8', 'html', 'delivered', 1, NULL, NULL, 'written', 1782194402000000);

INSERT INTO alert (name, standing) VALUES
    ('camera-blocked', '{"state":"firing","since":1782108000000000,"told":{"over":false,"reminder":false,"at":1782194400000000,"since":1782108000000000},"acknowledged":null,"judged_at":1782194400000000,"value":"drop-off 9.8 % (8.4–11.4) of 1,391 sessions"}'),
    ('webhooks-stopped', '{"state":"quiet","since":null,"told":null,"acknowledged":null,"judged_at":1782194400000000,"value":"silent for 4 min: as usual"}');
