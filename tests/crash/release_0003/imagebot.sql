BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0003');
CREATE TABLE announcements (
	job TEXT NOT NULL, 
	door TEXT NOT NULL, 
	place TEXT NOT NULL, 
	private BOOLEAN NOT NULL, 
	receipt INTEGER, 
	reply JSON, 
	revision INTEGER NOT NULL, 
	position INTEGER, 
	posted_at DATETIME, 
	deleted_at DATETIME, 
	PRIMARY KEY (job), 
	CONSTRAINT fk_announcements_job FOREIGN KEY(job) REFERENCES jobs (id), 
	CONSTRAINT fk_announcements_receipt FOREIGN KEY(receipt) REFERENCES receipts (number)
);
INSERT INTO "announcements" VALUES('0c9227d9e3510f4e','web','channel',0,1,'{"is": "Reply", "tone": "done", "title": "Here is your picture", "locale": "en", "body": "", "asked": "/imagine wren9001 at dusk --width 256 --height 256", "job": "0c9227d9e3510f4e", "person": "Guest", "fields": [{"name": "prompt", "label": "Prompt", "value": "wren9001 at dusk"}, {"name": "model", "label": "Model", "value": "FLUX.1 [dev]"}, {"name": "seed", "label": "Seed", "value": "3867257368"}, {"name": "size", "label": "Size", "value": "256 \u00d7 256"}, {"name": "cost", "label": "Cost", "value": "$0.025"}, {"name": "took", "label": "Took", "value": "2\u00a0s"}, {"name": "by", "label": "Asked by", "value": "Guest"}], "pictures": [{"id": "879d1ac7932ab2f7f7cd5cc714b03ad57104e6bb61d40ebb00ad213c0fe1529c", "name": "879d1ac7932ab2f7f7cd5cc714b03ad57104e6bb61d40ebb00ad213c0fe1529c.webp", "alt": "Picture for the words: wren9001 at dusk", "width": 256, "height": 256, "size_bytes": 810}], "answers": null, "buttons": [{"verb": "upscale", "label": "Upscale", "target": "879d1ac7932ab2f7f7cd5cc714b03ad57104e6bb61d40ebb00ad213c0fe1529c", "factor": null}, {"verb": "again", "label": "Again", "target": "0c9227d9e3510f4e", "factor": null}, {"verb": "edit", "label": "Edit prompt", "target": "0c9227d9e3510f4e", "factor": null}, {"verb": "reference", "label": "Use as reference", "target": "879d1ac7932ab2f7f7cd5cc714b03ad57104e6bb61d40ebb00ad213c0fe1529c", "factor": null}, {"verb": "delete", "label": "Delete", "target": "0c9227d9e3510f4e", "factor": null}], "details": [{"name": "provider", "label": "Provider", "value": "flux"}, {"name": "task", "label": "Task", "value": "06ee386a16ae408b5033d1735183cb53"}, {"name": "status", "label": "Status", "value": "Ready"}, {"name": "steps", "label": "Steps", "value": "28"}, {"name": "guidance", "label": "Guidance", "value": "3"}, {"name": "prompt_upsampling", "label": "Prompt upsampling", "value": "off"}, {"name": "safety_tolerance", "label": "Safety tolerance", "value": "2"}, {"name": "output_format", "label": "Format", "value": "webp"}, {"name": "job", "label": "Job", "value": "0c9227d9e3510f4e"}], "errors": [], "progress": null, "since": null}',2,1,'2026-11-21 21:08:09.782967',NULL);
INSERT INTO "announcements" VALUES('01c35ce80c45722d','web','channel',0,2,'{"is": "Reply", "tone": "refused", "title": "Not this one", "locale": "en", "body": "The picture was painted, but the service\u2019s safety filter held it back. It cost nothing. Another seed or slightly different words often help.\nThe reason it gave: Derivative Works Filter.", "asked": "/imagine wren9002 at dusk --width 256 --height 256", "job": "01c35ce80c45722d", "person": "Guest", "fields": [], "pictures": [], "answers": null, "buttons": [{"verb": "again", "label": "Again", "target": "01c35ce80c45722d", "factor": null}, {"verb": "edit", "label": "Edit prompt", "target": "01c35ce80c45722d", "factor": null}, {"verb": "delete", "label": "Delete", "target": "01c35ce80c45722d", "factor": null}], "details": [{"name": "provider", "label": "Provider", "value": "flux"}, {"name": "task", "label": "Task", "value": "191f3268aeb526ebc86d7e39ed0ec2f6"}, {"name": "status", "label": "Status", "value": "Content Moderated"}, {"name": "steps", "label": "Steps", "value": "28"}, {"name": "guidance", "label": "Guidance", "value": "3"}, {"name": "prompt_upsampling", "label": "Prompt upsampling", "value": "off"}, {"name": "safety_tolerance", "label": "Safety tolerance", "value": "2"}, {"name": "output_format", "label": "Format", "value": "webp"}, {"name": "job", "label": "Job", "value": "01c35ce80c45722d"}], "errors": [], "progress": null, "since": null}',4,3,'2026-11-21 21:08:12.978872',NULL);
INSERT INTO "announcements" VALUES('eb10a8a9fc7c03fd','web','channel',0,3,'{"is": "Reply", "tone": "failed", "title": "No picture this time", "locale": "en", "body": "Something went wrong at the picture service. Nothing was charged; please try again.", "asked": "/imagine wren9003 at dusk --width 256 --height 256", "job": "eb10a8a9fc7c03fd", "person": "Guest", "fields": [], "pictures": [], "answers": null, "buttons": [{"verb": "again", "label": "Again", "target": "eb10a8a9fc7c03fd", "factor": null}, {"verb": "edit", "label": "Edit prompt", "target": "eb10a8a9fc7c03fd", "factor": null}, {"verb": "delete", "label": "Delete", "target": "eb10a8a9fc7c03fd", "factor": null}], "details": [{"name": "provider", "label": "Provider", "value": "flux"}, {"name": "task", "label": "Task", "value": "3b265e0c3d351ec2d04b064c88c15358"}, {"name": "steps", "label": "Steps", "value": "28"}, {"name": "guidance", "label": "Guidance", "value": "3"}, {"name": "prompt_upsampling", "label": "Prompt upsampling", "value": "off"}, {"name": "safety_tolerance", "label": "Safety tolerance", "value": "2"}, {"name": "output_format", "label": "Format", "value": "webp"}, {"name": "job", "label": "Job", "value": "eb10a8a9fc7c03fd"}], "errors": [], "progress": null, "since": null}',6,5,'2026-11-21 21:08:15.070956',NULL);
INSERT INTO "announcements" VALUES('916542020370576c','web','channel',0,4,'{"is": "Reply", "tone": "unsure", "title": "Not sure how this ended", "locale": "en", "body": "The connection broke right after I sent this off, so I can\u2019t tell whether the picture was made. It may have been charged. Shall I try again? That may be charged a second time.", "asked": "/imagine wren9004 at dusk --width 256 --height 256", "job": "916542020370576c", "person": "Guest", "fields": [], "pictures": [], "answers": null, "buttons": [{"verb": "retry", "label": "Try again", "target": "916542020370576c", "factor": null}, {"verb": "delete", "label": "Delete", "target": "916542020370576c", "factor": null}], "details": [{"name": "provider", "label": "Provider", "value": "flux"}, {"name": "steps", "label": "Steps", "value": "28"}, {"name": "guidance", "label": "Guidance", "value": "3"}, {"name": "prompt_upsampling", "label": "Prompt upsampling", "value": "off"}, {"name": "safety_tolerance", "label": "Safety tolerance", "value": "2"}, {"name": "output_format", "label": "Format", "value": "webp"}, {"name": "job", "label": "Job", "value": "916542020370576c"}], "errors": [], "progress": null, "since": null}',8,7,'2026-11-21 21:08:17.158889',NULL);
INSERT INTO "announcements" VALUES('9e8919e8ce137c14','web','channel',0,5,'{"is": "Reply", "tone": "working", "title": "Painting", "locale": "en", "body": "You\u2019re next.", "asked": "/imagine wren9005 at dusk --width 256 --height 256", "job": "9e8919e8ce137c14", "person": "Guest", "fields": [{"name": "prompt", "label": "Prompt", "value": "wren9005 at dusk"}, {"name": "model", "label": "Model", "value": "FLUX.1 [dev]"}, {"name": "seed", "label": "Seed", "value": "2815590330"}, {"name": "size", "label": "Size", "value": "256 \u00d7 256"}, {"name": "by", "label": "Asked by", "value": "Guest"}], "pictures": [], "answers": null, "buttons": [{"verb": "cancel", "label": "Cancel", "target": "9e8919e8ce137c14", "factor": null}], "details": [{"name": "provider", "label": "Provider", "value": "flux"}, {"name": "steps", "label": "Steps", "value": "28"}, {"name": "guidance", "label": "Guidance", "value": "3"}, {"name": "prompt_upsampling", "label": "Prompt upsampling", "value": "off"}, {"name": "safety_tolerance", "label": "Safety tolerance", "value": "2"}, {"name": "output_format", "label": "Format", "value": "webp"}, {"name": "job", "label": "Job", "value": "9e8919e8ce137c14"}], "errors": [], "progress": null, "since": "2026-11-21T21:08:17.287716Z"}',9,9,'2026-11-21 21:08:17.303609',NULL);
INSERT INTO "announcements" VALUES('abbe75e133cbacf9','web','channel',0,6,'{"is": "Reply", "tone": "working", "title": "Painting", "locale": "en", "body": "1 picture is ahead of yours.", "asked": "/imagine wren9006 at dusk --width 256 --height 256", "job": "abbe75e133cbacf9", "person": "Guest", "fields": [{"name": "prompt", "label": "Prompt", "value": "wren9006 at dusk"}, {"name": "model", "label": "Model", "value": "FLUX.1 [dev]"}, {"name": "seed", "label": "Seed", "value": "2439873603"}, {"name": "size", "label": "Size", "value": "256 \u00d7 256"}, {"name": "by", "label": "Asked by", "value": "Guest"}], "pictures": [], "answers": null, "buttons": [{"verb": "cancel", "label": "Cancel", "target": "abbe75e133cbacf9", "factor": null}], "details": [{"name": "provider", "label": "Provider", "value": "flux"}, {"name": "steps", "label": "Steps", "value": "28"}, {"name": "guidance", "label": "Guidance", "value": "3"}, {"name": "prompt_upsampling", "label": "Prompt upsampling", "value": "off"}, {"name": "safety_tolerance", "label": "Safety tolerance", "value": "2"}, {"name": "output_format", "label": "Format", "value": "webp"}, {"name": "job", "label": "Job", "value": "abbe75e133cbacf9"}], "errors": [], "progress": null, "since": "2026-11-21T21:08:17.293794Z"}',10,10,'2026-11-21 21:08:17.305413',NULL);
INSERT INTO "announcements" VALUES('6e6c617046597276','web','channel',0,7,'{"is": "Reply", "tone": "working", "title": "Painting", "locale": "en", "body": "You\u2019re next.", "asked": "/imagine wren9007 at dusk --width 256 --height 256", "job": "6e6c617046597276", "person": "Guest", "fields": [{"name": "prompt", "label": "Prompt", "value": "wren9007 at dusk"}, {"name": "model", "label": "Model", "value": "FLUX.1 [dev]"}, {"name": "seed", "label": "Seed", "value": "2518880471"}, {"name": "size", "label": "Size", "value": "256 \u00d7 256"}, {"name": "by", "label": "Asked by", "value": "Guest"}], "pictures": [], "answers": null, "buttons": [{"verb": "cancel", "label": "Cancel", "target": "6e6c617046597276", "factor": null}], "details": [{"name": "provider", "label": "Provider", "value": "flux"}, {"name": "steps", "label": "Steps", "value": "28"}, {"name": "guidance", "label": "Guidance", "value": "3"}, {"name": "prompt_upsampling", "label": "Prompt upsampling", "value": "off"}, {"name": "safety_tolerance", "label": "Safety tolerance", "value": "2"}, {"name": "output_format", "label": "Format", "value": "webp"}, {"name": "job", "label": "Job", "value": "6e6c617046597276"}], "errors": [], "progress": null, "since": "2026-11-21T21:08:17.724565Z"}',11,11,'2026-11-21 21:08:17.728259',NULL);
INSERT INTO "announcements" VALUES('e5ab03b820dbe4c2','web','channel',0,8,'{"is": "Reply", "tone": "working", "title": "Painting", "locale": "en", "body": "You\u2019re next.", "asked": "/imagine wren9008 at dusk --width 256 --height 256", "job": "e5ab03b820dbe4c2", "person": "Guest", "fields": [{"name": "prompt", "label": "Prompt", "value": "wren9008 at dusk"}, {"name": "model", "label": "Model", "value": "FLUX.1 [dev]"}, {"name": "seed", "label": "Seed", "value": "1690202086"}, {"name": "size", "label": "Size", "value": "256 \u00d7 256"}, {"name": "by", "label": "Asked by", "value": "Guest"}], "pictures": [], "answers": null, "buttons": [{"verb": "cancel", "label": "Cancel", "target": "e5ab03b820dbe4c2", "factor": null}], "details": [{"name": "provider", "label": "Provider", "value": "flux"}, {"name": "steps", "label": "Steps", "value": "28"}, {"name": "guidance", "label": "Guidance", "value": "3"}, {"name": "prompt_upsampling", "label": "Prompt upsampling", "value": "off"}, {"name": "safety_tolerance", "label": "Safety tolerance", "value": "2"}, {"name": "output_format", "label": "Format", "value": "webp"}, {"name": "job", "label": "Job", "value": "e5ab03b820dbe4c2"}], "errors": [], "progress": null, "since": "2026-11-21T21:08:19.011505Z"}',12,12,'2026-11-21 21:08:19.015353',NULL);
INSERT INTO "announcements" VALUES('398baa8d402f30f3','web','channel',0,9,'{"is": "Reply", "tone": "working", "title": "Painting", "locale": "en", "body": "You\u2019re next.", "asked": "/imagine wren9009 at dusk --width 256 --height 256", "job": "398baa8d402f30f3", "person": "Guest", "fields": [{"name": "prompt", "label": "Prompt", "value": "wren9009 at dusk"}, {"name": "model", "label": "Model", "value": "FLUX.1 [dev]"}, {"name": "seed", "label": "Seed", "value": "351452219"}, {"name": "size", "label": "Size", "value": "256 \u00d7 256"}, {"name": "by", "label": "Asked by", "value": "Guest"}], "pictures": [], "answers": null, "buttons": [{"verb": "cancel", "label": "Cancel", "target": "398baa8d402f30f3", "factor": null}], "details": [{"name": "provider", "label": "Provider", "value": "flux"}, {"name": "steps", "label": "Steps", "value": "28"}, {"name": "guidance", "label": "Guidance", "value": "3"}, {"name": "prompt_upsampling", "label": "Prompt upsampling", "value": "off"}, {"name": "safety_tolerance", "label": "Safety tolerance", "value": "2"}, {"name": "output_format", "label": "Format", "value": "webp"}, {"name": "job", "label": "Job", "value": "398baa8d402f30f3"}], "errors": [], "progress": null, "since": "2026-11-21T21:08:19.261240Z"}',13,13,'2026-11-21 21:08:19.266149',NULL);
INSERT INTO "announcements" VALUES('e56f6079f99b521f','web','channel',0,10,'{"is": "Reply", "tone": "working", "title": "Painting", "locale": "en", "body": "1 picture is ahead of yours.", "asked": "/imagine wren9010 at dusk --width 256 --height 256", "job": "e56f6079f99b521f", "person": "Guest", "fields": [{"name": "prompt", "label": "Prompt", "value": "wren9010 at dusk"}, {"name": "model", "label": "Model", "value": "FLUX.1 [dev]"}, {"name": "seed", "label": "Seed", "value": "4091589377"}, {"name": "size", "label": "Size", "value": "256 \u00d7 256"}, {"name": "by", "label": "Asked by", "value": "Guest"}], "pictures": [], "answers": null, "buttons": [{"verb": "cancel", "label": "Cancel", "target": "e56f6079f99b521f", "factor": null}], "details": [{"name": "provider", "label": "Provider", "value": "flux"}, {"name": "steps", "label": "Steps", "value": "28"}, {"name": "guidance", "label": "Guidance", "value": "3"}, {"name": "prompt_upsampling", "label": "Prompt upsampling", "value": "off"}, {"name": "safety_tolerance", "label": "Safety tolerance", "value": "2"}, {"name": "output_format", "label": "Format", "value": "webp"}, {"name": "job", "label": "Job", "value": "e56f6079f99b521f"}], "errors": [], "progress": null, "since": "2026-11-21T21:08:19.263283Z"}',14,14,'2026-11-21 21:08:19.282976',NULL);
INSERT INTO "announcements" VALUES('95e31f6a1d0ed28f','web','channel',0,11,'{"is": "Reply", "tone": "working", "title": "Painting", "locale": "en", "body": "2 pictures are ahead of yours.", "asked": "/imagine wren9011 at dusk --width 256 --height 256", "job": "95e31f6a1d0ed28f", "person": "Guest", "fields": [{"name": "prompt", "label": "Prompt", "value": "wren9011 at dusk"}, {"name": "model", "label": "Model", "value": "FLUX.1 [dev]"}, {"name": "seed", "label": "Seed", "value": "3812548128"}, {"name": "size", "label": "Size", "value": "256 \u00d7 256"}, {"name": "by", "label": "Asked by", "value": "Guest"}], "pictures": [], "answers": null, "buttons": [{"verb": "cancel", "label": "Cancel", "target": "95e31f6a1d0ed28f", "factor": null}], "details": [{"name": "provider", "label": "Provider", "value": "flux"}, {"name": "steps", "label": "Steps", "value": "28"}, {"name": "guidance", "label": "Guidance", "value": "3"}, {"name": "prompt_upsampling", "label": "Prompt upsampling", "value": "off"}, {"name": "safety_tolerance", "label": "Safety tolerance", "value": "2"}, {"name": "output_format", "label": "Format", "value": "webp"}, {"name": "job", "label": "Job", "value": "95e31f6a1d0ed28f"}], "errors": [], "progress": null, "since": "2026-11-21T21:08:19.263804Z"}',15,15,'2026-11-21 21:08:19.283320',NULL);
CREATE TABLE counters (
	name TEXT NOT NULL, 
	value BIGINT NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "counters" VALUES('revision',15);
CREATE TABLE durations (
	number INTEGER NOT NULL, 
	provider TEXT NOT NULL, 
	model TEXT NOT NULL, 
	seconds FLOAT NOT NULL, 
	at DATETIME NOT NULL, 
	PRIMARY KEY (number)
);
INSERT INTO "durations" VALUES(1,'flux','flux-dev',2.013913,'2026-11-21 21:08:12.878382');
CREATE TABLE held (
	door TEXT NOT NULL, 
	event TEXT NOT NULL, 
	payload JSON NOT NULL, 
	held_at DATETIME NOT NULL, 
	tries INTEGER NOT NULL, 
	PRIMARY KEY (door, event)
);
CREATE TABLE images (
	id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	format TEXT NOT NULL, 
	width INTEGER NOT NULL, 
	height INTEGER NOT NULL, 
	size_bytes BIGINT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "images" VALUES('879d1ac7932ab2f7f7cd5cc714b03ad57104e6bb61d40ebb00ad213c0fe1529c','879d1ac7932ab2f7f7cd5cc714b03ad57104e6bb61d40ebb00ad213c0fe1529c.webp','webp',256,256,810);
INSERT INTO "images" VALUES('8002339a7b67efc8670a1666735c48c2a63f2738d4898250f25b27289c39b5bf','8002339a7b67efc8670a1666735c48c2a63f2738d4898250f25b27289c39b5bf.webp','webp',256,256,934);
CREATE TABLE jobs (
	number INTEGER NOT NULL, 
	id TEXT NOT NULL, 
	door TEXT NOT NULL, 
	event TEXT NOT NULL, 
	person_key TEXT NOT NULL, 
	provider TEXT NOT NULL, 
	model TEXT NOT NULL, 
	lane TEXT NOT NULL, 
	status TEXT NOT NULL, 
	job JSON NOT NULL, 
	accepted_at DATETIME NOT NULL, 
	started_at DATETIME, 
	submitted_at DATETIME, 
	posting_at DATETIME, 
	ended_at DATETIME, 
	delivered_at DATETIME, 
	cancel_asked BOOLEAN NOT NULL, 
	word TEXT NOT NULL, 
	fraction FLOAT, 
	ticket JSON, 
	outcome JSON, untold BOOLEAN DEFAULT 0 NOT NULL, 
	PRIMARY KEY (number), 
	CONSTRAINT uq_jobs_door_event UNIQUE (door, event), 
	UNIQUE (id), 
	CONSTRAINT fk_jobs_person_key FOREIGN KEY(person_key) REFERENCES people ("key")
);
INSERT INTO "jobs" VALUES(1,'0c9227d9e3510f4e','web','page:ec95dbb1254e1130:c766e2dfc85db9a2a03cbeafef6e87c6','web:ec95dbb1254e1130','flux','flux-dev','flux','finished','{"is": "Job", "id": "0c9227d9e3510f4e", "request": {"prompt": "wren9001 at dusk", "shape": {"width": 256, "height": 256}, "seed": 3867257368, "output_format": "webp", "steps": 28, "guidance": 3.0, "prompt_upsampling": false, "safety_tolerance": 2, "raw": null, "asked": null, "references": [], "ignored": []}, "provider": "flux", "model": "flux-dev", "by": {"door": "web", "id": "ec95dbb1254e1130", "name": "Guest", "locale": "en", "roles": []}, "at": {"door": "web", "id": "channel", "handle": "", "private": false, "within": [], "safety_ceiling": null}, "accepted_at": "2026-11-21T21:08:09.732842Z", "deadline_s": 120.0, "reserved_cents": "2.5", "event": "page:ec95dbb1254e1130:c766e2dfc85db9a2a03cbeafef6e87c6", "asked": "/imagine wren9001 at dusk --width 256 --height 256", "answers": null}','2026-11-21 21:08:09.732842','2026-11-21 21:08:10.858146','2026-11-21 21:08:10.859726','2026-11-21 21:08:09.782967','2026-11-21 21:08:12.873639','2026-11-21 21:08:12.920123',0,'Ready',NULL,'{"is": "Ticket", "provider": "flux", "id": "06ee386a16ae408b5033d1735183cb53", "url": "http://flux.example/eu4/v1/get_result?id=06ee386a16ae408b5033d1735183cb53", "cost_cents": "2.5"}','{"is": "Finished", "image": "879d1ac7932ab2f7f7cd5cc714b03ad57104e6bb61d40ebb00ad213c0fe1529c", "seed": 3867257368, "cost_cents": "2.5", "word": "Ready", "notes": {}}',0);
INSERT INTO "jobs" VALUES(2,'01c35ce80c45722d','web','page:7e02e72d74ddfaee:c5f570dec6dc7ac0c0a8ed207d0aa009','web:7e02e72d74ddfaee','flux','flux-dev','flux','moderated','{"is": "Job", "id": "01c35ce80c45722d", "request": {"prompt": "wren9002 at dusk", "shape": {"width": 256, "height": 256}, "seed": 991246817, "output_format": "webp", "steps": 28, "guidance": 3.0, "prompt_upsampling": false, "safety_tolerance": 2, "raw": null, "asked": null, "references": [], "ignored": []}, "provider": "flux", "model": "flux-dev", "by": {"door": "web", "id": "7e02e72d74ddfaee", "name": "Guest", "locale": "en", "roles": []}, "at": {"door": "web", "id": "channel", "handle": "", "private": false, "within": [], "safety_ceiling": null}, "accepted_at": "2026-11-21T21:08:12.975339Z", "deadline_s": 120.0, "reserved_cents": "2.5", "event": "page:7e02e72d74ddfaee:c5f570dec6dc7ac0c0a8ed207d0aa009", "asked": "/imagine wren9002 at dusk --width 256 --height 256", "answers": null}','2026-11-21 21:08:12.975339','2026-11-21 21:08:13.137791','2026-11-21 21:08:13.140066','2026-11-21 21:08:12.978872','2026-11-21 21:08:15.033547','2026-11-21 21:08:15.046042',0,'Content Moderated',NULL,'{"is": "Ticket", "provider": "flux", "id": "191f3268aeb526ebc86d7e39ed0ec2f6", "url": "http://flux.example/eu4/v1/get_result?id=191f3268aeb526ebc86d7e39ed0ec2f6", "cost_cents": "2.5"}','{"is": "Moderated", "where": "image", "reasons": ["Derivative Works Filter"], "word": "Content Moderated"}',0);
INSERT INTO "jobs" VALUES(3,'eb10a8a9fc7c03fd','web','page:e51217520a0a9abf:ffec883500ad984ef931b21ba18ba97b','web:e51217520a0a9abf','flux','flux-dev','flux','failed','{"is": "Job", "id": "eb10a8a9fc7c03fd", "request": {"prompt": "wren9003 at dusk", "shape": {"width": 256, "height": 256}, "seed": 1257847970, "output_format": "webp", "steps": 28, "guidance": 3.0, "prompt_upsampling": false, "safety_tolerance": 2, "raw": null, "asked": null, "references": [], "ignored": []}, "provider": "flux", "model": "flux-dev", "by": {"door": "web", "id": "e51217520a0a9abf", "name": "Guest", "locale": "en", "roles": []}, "at": {"door": "web", "id": "channel", "handle": "", "private": false, "within": [], "safety_ceiling": null}, "accepted_at": "2026-11-21T21:08:15.067168Z", "deadline_s": 120.0, "reserved_cents": "2.5", "event": "page:e51217520a0a9abf:ffec883500ad984ef931b21ba18ba97b", "asked": "/imagine wren9003 at dusk --width 256 --height 256", "answers": null}','2026-11-21 21:08:15.067168','2026-11-21 21:08:15.191193','2026-11-21 21:08:15.192144','2026-11-21 21:08:15.070956','2026-11-21 21:08:17.084351','2026-11-21 21:08:17.093155',0,'',NULL,'{"is": "Ticket", "provider": "flux", "id": "3b265e0c3d351ec2d04b064c88c15358", "url": "http://flux.example/eu4/v1/get_result?id=3b265e0c3d351ec2d04b064c88c15358", "cost_cents": "2.5"}','{"is": "Failed", "key": "broken", "unsure": false, "cost_cents": null, "facts": {"provider": "flux"}, "fields": {}, "word": ""}',0);
INSERT INTO "jobs" VALUES(4,'916542020370576c','web','page:84c226aa2fb038d1:c1349942ea68a58828cb2cb59a3d21dd','web:84c226aa2fb038d1','flux','flux-dev','flux','unsure','{"is": "Job", "id": "916542020370576c", "request": {"prompt": "wren9004 at dusk", "shape": {"width": 256, "height": 256}, "seed": 2713239044, "output_format": "webp", "steps": 28, "guidance": 3.0, "prompt_upsampling": false, "safety_tolerance": 2, "raw": null, "asked": null, "references": [], "ignored": []}, "provider": "flux", "model": "flux-dev", "by": {"door": "web", "id": "84c226aa2fb038d1", "name": "Guest", "locale": "en", "roles": []}, "at": {"door": "web", "id": "channel", "handle": "", "private": false, "within": [], "safety_ceiling": null}, "accepted_at": "2026-11-21T21:08:17.151908Z", "deadline_s": 120.0, "reserved_cents": "2.5", "event": "page:84c226aa2fb038d1:c1349942ea68a58828cb2cb59a3d21dd", "asked": "/imagine wren9004 at dusk --width 256 --height 256", "answers": null}','2026-11-21 21:08:17.151908','2026-11-21 21:08:17.187449','2026-11-21 21:08:17.188243','2026-11-21 21:08:17.158889','2026-11-21 21:08:17.250907','2026-11-21 21:08:17.264742',0,'',NULL,NULL,'{"is": "Failed", "key": "unsure", "unsure": true, "cost_cents": null, "facts": {"provider": "flux"}, "fields": {}, "word": ""}',0);
INSERT INTO "jobs" VALUES(5,'9e8919e8ce137c14','web','page:02521ae18521b63a:a27fe010b133dc4ee6fd634714011018','web:02521ae18521b63a','flux','flux-dev','flux','running','{"is": "Job", "id": "9e8919e8ce137c14", "request": {"prompt": "wren9005 at dusk", "shape": {"width": 256, "height": 256}, "seed": 2815590330, "output_format": "webp", "steps": 28, "guidance": 3.0, "prompt_upsampling": false, "safety_tolerance": 2, "raw": null, "asked": null, "references": [], "ignored": []}, "provider": "flux", "model": "flux-dev", "by": {"door": "web", "id": "02521ae18521b63a", "name": "Guest", "locale": "en", "roles": []}, "at": {"door": "web", "id": "channel", "handle": "", "private": false, "within": [], "safety_ceiling": null}, "accepted_at": "2026-11-21T21:08:17.287716Z", "deadline_s": 120.0, "reserved_cents": "2.5", "event": "page:02521ae18521b63a:a27fe010b133dc4ee6fd634714011018", "asked": "/imagine wren9005 at dusk --width 256 --height 256", "answers": null}','2026-11-21 21:08:17.287716','2026-11-21 21:08:17.664343','2026-11-21 21:08:17.665295','2026-11-21 21:08:17.303609',NULL,NULL,0,'',NULL,'{"is": "Ticket", "provider": "flux", "id": "f6f8138783a6dff44b41289e2a254a0f", "url": "http://flux.example/eu4/v1/get_result?id=f6f8138783a6dff44b41289e2a254a0f", "cost_cents": "2.5"}',NULL,0);
INSERT INTO "jobs" VALUES(6,'abbe75e133cbacf9','web','page:569b4472397f49c1:7113c5f816dd1c4a96de713f7b80b488','web:569b4472397f49c1','flux','flux-dev','flux','running','{"is": "Job", "id": "abbe75e133cbacf9", "request": {"prompt": "wren9006 at dusk", "shape": {"width": 256, "height": 256}, "seed": 2439873603, "output_format": "webp", "steps": 28, "guidance": 3.0, "prompt_upsampling": false, "safety_tolerance": 2, "raw": null, "asked": null, "references": [], "ignored": []}, "provider": "flux", "model": "flux-dev", "by": {"door": "web", "id": "569b4472397f49c1", "name": "Guest", "locale": "en", "roles": []}, "at": {"door": "web", "id": "channel", "handle": "", "private": false, "within": [], "safety_ceiling": null}, "accepted_at": "2026-11-21T21:08:17.293794Z", "deadline_s": 120.0, "reserved_cents": "2.5", "event": "page:569b4472397f49c1:7113c5f816dd1c4a96de713f7b80b488", "asked": "/imagine wren9006 at dusk --width 256 --height 256", "answers": null}','2026-11-21 21:08:17.293794','2026-11-21 21:08:17.662468','2026-11-21 21:08:17.665053','2026-11-21 21:08:17.305413',NULL,NULL,0,'',NULL,'{"is": "Ticket", "provider": "flux", "id": "12b08c5474292dbaec972447ee96e750", "url": "http://flux.example/eu4/v1/get_result?id=12b08c5474292dbaec972447ee96e750", "cost_cents": "2.5"}',NULL,0);
INSERT INTO "jobs" VALUES(7,'6e6c617046597276','web','page:40140a9022edc3f2:8757668e850982af51fb5acb0ec6c655','web:40140a9022edc3f2','flux','flux-dev','flux','finished','{"is": "Job", "id": "6e6c617046597276", "request": {"prompt": "wren9007 at dusk", "shape": {"width": 256, "height": 256}, "seed": 2518880471, "output_format": "webp", "steps": 28, "guidance": 3.0, "prompt_upsampling": false, "safety_tolerance": 2, "raw": null, "asked": null, "references": [], "ignored": []}, "provider": "flux", "model": "flux-dev", "by": {"door": "web", "id": "40140a9022edc3f2", "name": "Guest", "locale": "en", "roles": []}, "at": {"door": "web", "id": "channel", "handle": "", "private": false, "within": [], "safety_ceiling": null}, "accepted_at": "2026-11-21T21:08:17.724565Z", "deadline_s": 120.0, "reserved_cents": "2.5", "event": "page:40140a9022edc3f2:8757668e850982af51fb5acb0ec6c655", "asked": "/imagine wren9007 at dusk --width 256 --height 256", "answers": null}','2026-11-21 21:08:17.724565','2026-11-21 21:08:17.938234','2026-11-21 21:08:17.939087','2026-11-21 21:08:17.728259','2026-11-21 21:08:30.506999',NULL,0,'Ready',NULL,'{"is": "Ticket", "provider": "flux", "id": "36cc82dde7e5d0899ba4b1f10c31c14f", "url": "http://flux.example/eu4/v1/get_result?id=36cc82dde7e5d0899ba4b1f10c31c14f", "cost_cents": "2.5"}','{"is": "Finished", "image": "8002339a7b67efc8670a1666735c48c2a63f2738d4898250f25b27289c39b5bf", "seed": 2518880471, "cost_cents": "2.5", "word": "Ready", "notes": {}}',0);
INSERT INTO "jobs" VALUES(8,'e5ab03b820dbe4c2','web','page:cdb9bf068061c042:16fc55d3cd21cab0fb3d244085b07510','web:cdb9bf068061c042','flux','flux-dev','flux','running','{"is": "Job", "id": "e5ab03b820dbe4c2", "request": {"prompt": "wren9008 at dusk", "shape": {"width": 256, "height": 256}, "seed": 1690202086, "output_format": "webp", "steps": 28, "guidance": 3.0, "prompt_upsampling": false, "safety_tolerance": 2, "raw": null, "asked": null, "references": [], "ignored": []}, "provider": "flux", "model": "flux-dev", "by": {"door": "web", "id": "cdb9bf068061c042", "name": "Guest", "locale": "en", "roles": []}, "at": {"door": "web", "id": "channel", "handle": "", "private": false, "within": [], "safety_ceiling": null}, "accepted_at": "2026-11-21T21:08:19.011505Z", "deadline_s": 120.0, "reserved_cents": "2.5", "event": "page:cdb9bf068061c042:16fc55d3cd21cab0fb3d244085b07510", "asked": "/imagine wren9008 at dusk --width 256 --height 256", "answers": null}','2026-11-21 21:08:19.011505','2026-11-21 21:08:19.243650','2026-11-21 21:08:19.244479','2026-11-21 21:08:19.015353',NULL,NULL,0,'',NULL,NULL,NULL,0);
INSERT INTO "jobs" VALUES(9,'398baa8d402f30f3','web','page:0dfe700adc6b8af6:727885d99f5f799ec75da5718c5747be','web:0dfe700adc6b8af6','flux','flux-dev','flux','queued','{"is": "Job", "id": "398baa8d402f30f3", "request": {"prompt": "wren9009 at dusk", "shape": {"width": 256, "height": 256}, "seed": 351452219, "output_format": "webp", "steps": 28, "guidance": 3.0, "prompt_upsampling": false, "safety_tolerance": 2, "raw": null, "asked": null, "references": [], "ignored": []}, "provider": "flux", "model": "flux-dev", "by": {"door": "web", "id": "0dfe700adc6b8af6", "name": "Guest", "locale": "en", "roles": []}, "at": {"door": "web", "id": "channel", "handle": "", "private": false, "within": [], "safety_ceiling": null}, "accepted_at": "2026-11-21T21:08:19.261240Z", "deadline_s": 120.0, "reserved_cents": "2.5", "event": "page:0dfe700adc6b8af6:727885d99f5f799ec75da5718c5747be", "asked": "/imagine wren9009 at dusk --width 256 --height 256", "answers": null}','2026-11-21 21:08:19.261240',NULL,NULL,'2026-11-21 21:08:19.266149',NULL,NULL,0,'',NULL,NULL,NULL,0);
INSERT INTO "jobs" VALUES(10,'e56f6079f99b521f','web','page:9c013d477c211788:d465d8cf54dd83419a334b9a588f08aa','web:9c013d477c211788','flux','flux-dev','flux','queued','{"is": "Job", "id": "e56f6079f99b521f", "request": {"prompt": "wren9010 at dusk", "shape": {"width": 256, "height": 256}, "seed": 4091589377, "output_format": "webp", "steps": 28, "guidance": 3.0, "prompt_upsampling": false, "safety_tolerance": 2, "raw": null, "asked": null, "references": [], "ignored": []}, "provider": "flux", "model": "flux-dev", "by": {"door": "web", "id": "9c013d477c211788", "name": "Guest", "locale": "en", "roles": []}, "at": {"door": "web", "id": "channel", "handle": "", "private": false, "within": [], "safety_ceiling": null}, "accepted_at": "2026-11-21T21:08:19.263283Z", "deadline_s": 120.0, "reserved_cents": "2.5", "event": "page:9c013d477c211788:d465d8cf54dd83419a334b9a588f08aa", "asked": "/imagine wren9010 at dusk --width 256 --height 256", "answers": null}','2026-11-21 21:08:19.263283',NULL,NULL,'2026-11-21 21:08:19.282976',NULL,NULL,0,'',NULL,NULL,NULL,0);
INSERT INTO "jobs" VALUES(11,'95e31f6a1d0ed28f','web','page:eff9b66f06fe626a:911de1e6a5aafeecb201f1c695fef1fc','web:eff9b66f06fe626a','flux','flux-dev','flux','queued','{"is": "Job", "id": "95e31f6a1d0ed28f", "request": {"prompt": "wren9011 at dusk", "shape": {"width": 256, "height": 256}, "seed": 3812548128, "output_format": "webp", "steps": 28, "guidance": 3.0, "prompt_upsampling": false, "safety_tolerance": 2, "raw": null, "asked": null, "references": [], "ignored": []}, "provider": "flux", "model": "flux-dev", "by": {"door": "web", "id": "eff9b66f06fe626a", "name": "Guest", "locale": "en", "roles": []}, "at": {"door": "web", "id": "channel", "handle": "", "private": false, "within": [], "safety_ceiling": null}, "accepted_at": "2026-11-21T21:08:19.263804Z", "deadline_s": 120.0, "reserved_cents": "2.5", "event": "page:eff9b66f06fe626a:911de1e6a5aafeecb201f1c695fef1fc", "asked": "/imagine wren9011 at dusk --width 256 --height 256", "answers": null}','2026-11-21 21:08:19.263804',NULL,NULL,'2026-11-21 21:08:19.283320',NULL,NULL,0,'',NULL,NULL,NULL,0);
CREATE TABLE ledger (
	number INTEGER NOT NULL, 
	job TEXT NOT NULL, 
	person_key TEXT NOT NULL, 
	held_at DATETIME NOT NULL, 
	entry TEXT NOT NULL, 
	pictures INTEGER NOT NULL, 
	cents BIGINT, 
	at DATETIME NOT NULL, 
	PRIMARY KEY (number), 
	CONSTRAINT fk_ledger_job FOREIGN KEY(job) REFERENCES jobs (id)
);
INSERT INTO "ledger" VALUES(1,'0c9227d9e3510f4e','web:ec95dbb1254e1130','2026-11-21 21:08:09.732842','hold',1,2500000,'2026-11-21 21:08:09.732842');
INSERT INTO "ledger" VALUES(2,'0c9227d9e3510f4e','web:ec95dbb1254e1130','2026-11-21 21:08:09.732842','submitting',0,NULL,'2026-11-21 21:08:10.859726');
INSERT INTO "ledger" VALUES(3,'0c9227d9e3510f4e','web:ec95dbb1254e1130','2026-11-21 21:08:09.732842','settle',1,2500000,'2026-11-21 21:08:12.873639');
INSERT INTO "ledger" VALUES(4,'01c35ce80c45722d','web:7e02e72d74ddfaee','2026-11-21 21:08:12.975339','hold',1,2500000,'2026-11-21 21:08:12.975339');
INSERT INTO "ledger" VALUES(5,'01c35ce80c45722d','web:7e02e72d74ddfaee','2026-11-21 21:08:12.975339','submitting',0,NULL,'2026-11-21 21:08:13.140066');
INSERT INTO "ledger" VALUES(6,'01c35ce80c45722d','web:7e02e72d74ddfaee','2026-11-21 21:08:12.975339','release',1,2500000,'2026-11-21 21:08:15.033547');
INSERT INTO "ledger" VALUES(7,'eb10a8a9fc7c03fd','web:e51217520a0a9abf','2026-11-21 21:08:15.067168','hold',1,2500000,'2026-11-21 21:08:15.067168');
INSERT INTO "ledger" VALUES(8,'eb10a8a9fc7c03fd','web:e51217520a0a9abf','2026-11-21 21:08:15.067168','submitting',0,NULL,'2026-11-21 21:08:15.192144');
INSERT INTO "ledger" VALUES(9,'eb10a8a9fc7c03fd','web:e51217520a0a9abf','2026-11-21 21:08:15.067168','release',1,2500000,'2026-11-21 21:08:17.084351');
INSERT INTO "ledger" VALUES(10,'916542020370576c','web:84c226aa2fb038d1','2026-11-21 21:08:17.151908','hold',1,2500000,'2026-11-21 21:08:17.151908');
INSERT INTO "ledger" VALUES(11,'916542020370576c','web:84c226aa2fb038d1','2026-11-21 21:08:17.151908','submitting',0,NULL,'2026-11-21 21:08:17.188243');
INSERT INTO "ledger" VALUES(12,'9e8919e8ce137c14','web:02521ae18521b63a','2026-11-21 21:08:17.287716','hold',1,2500000,'2026-11-21 21:08:17.287716');
INSERT INTO "ledger" VALUES(13,'abbe75e133cbacf9','web:569b4472397f49c1','2026-11-21 21:08:17.293794','hold',1,2500000,'2026-11-21 21:08:17.293794');
INSERT INTO "ledger" VALUES(14,'abbe75e133cbacf9','web:569b4472397f49c1','2026-11-21 21:08:17.293794','submitting',0,NULL,'2026-11-21 21:08:17.665053');
INSERT INTO "ledger" VALUES(15,'9e8919e8ce137c14','web:02521ae18521b63a','2026-11-21 21:08:17.287716','submitting',0,NULL,'2026-11-21 21:08:17.665295');
INSERT INTO "ledger" VALUES(16,'6e6c617046597276','web:40140a9022edc3f2','2026-11-21 21:08:17.724565','hold',1,2500000,'2026-11-21 21:08:17.724565');
INSERT INTO "ledger" VALUES(17,'6e6c617046597276','web:40140a9022edc3f2','2026-11-21 21:08:17.724565','submitting',0,NULL,'2026-11-21 21:08:17.939087');
INSERT INTO "ledger" VALUES(18,'e5ab03b820dbe4c2','web:cdb9bf068061c042','2026-11-21 21:08:19.011505','hold',1,2500000,'2026-11-21 21:08:19.011505');
INSERT INTO "ledger" VALUES(19,'e5ab03b820dbe4c2','web:cdb9bf068061c042','2026-11-21 21:08:19.011505','submitting',0,NULL,'2026-11-21 21:08:19.244479');
INSERT INTO "ledger" VALUES(20,'398baa8d402f30f3','web:0dfe700adc6b8af6','2026-11-21 21:08:19.261240','hold',1,2500000,'2026-11-21 21:08:19.261240');
INSERT INTO "ledger" VALUES(21,'e56f6079f99b521f','web:9c013d477c211788','2026-11-21 21:08:19.263283','hold',1,2500000,'2026-11-21 21:08:19.263283');
INSERT INTO "ledger" VALUES(22,'95e31f6a1d0ed28f','web:eff9b66f06fe626a','2026-11-21 21:08:19.263804','hold',1,2500000,'2026-11-21 21:08:19.263804');
INSERT INTO "ledger" VALUES(23,'6e6c617046597276','web:40140a9022edc3f2','2026-11-21 21:08:17.724565','settle',1,2500000,'2026-11-21 21:08:30.506999');
CREATE TABLE makings (
	number INTEGER NOT NULL, 
	image TEXT NOT NULL, 
	job TEXT, 
	parent TEXT, 
	person_key TEXT NOT NULL, 
	provider TEXT NOT NULL, 
	model TEXT NOT NULL, 
	seed BIGINT, 
	made_at DATETIME NOT NULL, 
	PRIMARY KEY (number), 
	CONSTRAINT fk_makings_image FOREIGN KEY(image) REFERENCES images (id), 
	CONSTRAINT fk_makings_job FOREIGN KEY(job) REFERENCES jobs (id)
);
INSERT INTO "makings" VALUES(1,'879d1ac7932ab2f7f7cd5cc714b03ad57104e6bb61d40ebb00ad213c0fe1529c','0c9227d9e3510f4e',NULL,'web:ec95dbb1254e1130','flux','flux-dev',3867257368,'2026-11-21 21:08:12.866242');
INSERT INTO "makings" VALUES(2,'8002339a7b67efc8670a1666735c48c2a63f2738d4898250f25b27289c39b5bf','6e6c617046597276',NULL,'web:40140a9022edc3f2','flux','flux-dev',2518880471,'2026-11-21 21:08:30.480618');
CREATE TABLE people (
	"key" TEXT NOT NULL, 
	name TEXT NOT NULL, 
	seen_at DATETIME NOT NULL, 
	PRIMARY KEY ("key")
);
INSERT INTO "people" VALUES('web:ec95dbb1254e1130','Guest','2026-11-21 21:08:09.732842');
INSERT INTO "people" VALUES('web:7e02e72d74ddfaee','Guest','2026-11-21 21:08:12.975339');
INSERT INTO "people" VALUES('web:e51217520a0a9abf','Guest','2026-11-21 21:08:15.067168');
INSERT INTO "people" VALUES('web:84c226aa2fb038d1','Guest','2026-11-21 21:08:17.151908');
INSERT INTO "people" VALUES('web:02521ae18521b63a','Guest','2026-11-21 21:08:17.287716');
INSERT INTO "people" VALUES('web:569b4472397f49c1','Guest','2026-11-21 21:08:17.293794');
INSERT INTO "people" VALUES('web:40140a9022edc3f2','Guest','2026-11-21 21:08:17.724565');
INSERT INTO "people" VALUES('web:cdb9bf068061c042','Guest','2026-11-21 21:08:19.011505');
INSERT INTO "people" VALUES('web:0dfe700adc6b8af6','Guest','2026-11-21 21:08:19.261240');
INSERT INTO "people" VALUES('web:9c013d477c211788','Guest','2026-11-21 21:08:19.263283');
INSERT INTO "people" VALUES('web:eff9b66f06fe626a','Guest','2026-11-21 21:08:19.263804');
CREATE TABLE receipts (
	number INTEGER NOT NULL, 
	job TEXT NOT NULL, 
	door TEXT NOT NULL, 
	place TEXT NOT NULL, 
	handle TEXT NOT NULL, 
	kept_at DATETIME NOT NULL, 
	PRIMARY KEY (number), 
	CONSTRAINT uq_receipts_door_place_handle UNIQUE (door, place, handle), 
	CONSTRAINT fk_receipts_job FOREIGN KEY(job) REFERENCES jobs (id)
);
INSERT INTO "receipts" VALUES(1,'0c9227d9e3510f4e','web','channel','0c9227d9e3510f4e','2026-11-21 21:08:09.801858');
INSERT INTO "receipts" VALUES(2,'01c35ce80c45722d','web','channel','01c35ce80c45722d','2026-11-21 21:08:12.982165');
INSERT INTO "receipts" VALUES(3,'eb10a8a9fc7c03fd','web','channel','eb10a8a9fc7c03fd','2026-11-21 21:08:15.075227');
INSERT INTO "receipts" VALUES(4,'916542020370576c','web','channel','916542020370576c','2026-11-21 21:08:17.160787');
INSERT INTO "receipts" VALUES(5,'9e8919e8ce137c14','web','channel','9e8919e8ce137c14','2026-11-21 21:08:17.309247');
INSERT INTO "receipts" VALUES(6,'abbe75e133cbacf9','web','channel','abbe75e133cbacf9','2026-11-21 21:08:17.311747');
INSERT INTO "receipts" VALUES(7,'6e6c617046597276','web','channel','6e6c617046597276','2026-11-21 21:08:17.738521');
INSERT INTO "receipts" VALUES(8,'e5ab03b820dbe4c2','web','channel','e5ab03b820dbe4c2','2026-11-21 21:08:19.016308');
INSERT INTO "receipts" VALUES(9,'398baa8d402f30f3','web','channel','398baa8d402f30f3','2026-11-21 21:08:19.286518');
INSERT INTO "receipts" VALUES(10,'e56f6079f99b521f','web','channel','e56f6079f99b521f','2026-11-21 21:08:19.289536');
INSERT INTO "receipts" VALUES(11,'95e31f6a1d0ed28f','web','channel','95e31f6a1d0ed28f','2026-11-21 21:08:19.289603');
CREATE TABLE slack_bots (
	id INTEGER NOT NULL, 
	client_id TEXT NOT NULL, 
	app_id TEXT NOT NULL, 
	enterprise_id TEXT, 
	enterprise_name TEXT, 
	team_id TEXT, 
	team_name TEXT, 
	bot_token TEXT, 
	bot_id TEXT, 
	bot_user_id TEXT, 
	bot_scopes TEXT, 
	bot_refresh_token TEXT, 
	bot_token_expires_at DATETIME, 
	is_enterprise_install BOOLEAN NOT NULL, 
	installed_at DATETIME NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE slack_installations (
	id INTEGER NOT NULL, 
	client_id TEXT NOT NULL, 
	app_id TEXT NOT NULL, 
	enterprise_id TEXT, 
	enterprise_name TEXT, 
	enterprise_url TEXT, 
	team_id TEXT, 
	team_name TEXT, 
	bot_token TEXT, 
	bot_id TEXT, 
	bot_user_id TEXT, 
	bot_scopes TEXT, 
	bot_refresh_token TEXT, 
	bot_token_expires_at DATETIME, 
	user_id TEXT NOT NULL, 
	user_token TEXT, 
	user_scopes TEXT, 
	user_refresh_token TEXT, 
	user_token_expires_at DATETIME, 
	incoming_webhook_url TEXT, 
	incoming_webhook_channel TEXT, 
	incoming_webhook_channel_id TEXT, 
	incoming_webhook_configuration_url TEXT, 
	is_enterprise_install BOOLEAN NOT NULL, 
	token_type TEXT, 
	installed_at DATETIME NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE slack_oauth_states (
	id INTEGER NOT NULL, 
	state TEXT NOT NULL, 
	expire_at DATETIME NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE sources (
	job TEXT NOT NULL, 
	image TEXT NOT NULL, 
	PRIMARY KEY (job, image), 
	CONSTRAINT fk_sources_job FOREIGN KEY(job) REFERENCES jobs (id), 
	CONSTRAINT fk_sources_image FOREIGN KEY(image) REFERENCES images (id)
);
CREATE INDEX ix_durations_model ON durations (provider, model, number);
CREATE INDEX ix_jobs_open ON jobs (ended_at, number) WHERE ended_at IS NULL;
CREATE INDEX ix_jobs_open_lane ON jobs (lane, status, ended_at, number) WHERE ended_at IS NULL;
CREATE INDEX ix_jobs_open_person ON jobs (person_key, ended_at) WHERE ended_at IS NULL;
CREATE INDEX ix_jobs_person ON jobs (person_key, accepted_at);
CREATE INDEX ix_jobs_undelivered ON jobs (number) WHERE ended_at IS NOT NULL AND delivered_at IS NULL;
CREATE INDEX ix_ledger_held_at ON ledger (held_at);
CREATE INDEX ix_ledger_job ON ledger (job);
CREATE INDEX ix_ledger_person ON ledger (person_key, held_at);
CREATE INDEX ix_makings_image ON makings (image);
CREATE INDEX ix_makings_job ON makings (job);
CREATE INDEX ix_receipts_job ON receipts (job);
CREATE INDEX ix_sources_image ON sources (image);
CREATE INDEX ix_announcements_change ON announcements (door, place, revision);
CREATE INDEX ix_announcements_position ON announcements (door, place, position);
CREATE INDEX slack_bots_idx ON slack_bots (client_id, enterprise_id, team_id, installed_at);
CREATE INDEX slack_installations_idx ON slack_installations (client_id, enterprise_id, team_id, user_id, installed_at);
COMMIT;
