BEGIN TRANSACTION;
CREATE TABLE application_versions (
    version_id TEXT NOT NULL PRIMARY KEY,
    version_name TEXT NOT NULL UNIQUE,
    version_timestamp INTEGER NOT NULL DEFAULT (strftime('%s','now') * 1000),
    created_at INTEGER NOT NULL DEFAULT (strftime('%s','now') * 1000)
, "application_name" TEXT DEFAULT NULL);
INSERT INTO "application_versions" VALUES('7f3cce03-db0f-43bb-ba0b-0b172c150d80','1',1795295289000,1795295289000,'imagebot');
CREATE TABLE dbos_migrations (version INTEGER NOT NULL PRIMARY KEY);
INSERT INTO "dbos_migrations" VALUES(125);
CREATE TABLE notifications (
    message_uuid TEXT NOT NULL DEFAULT (hex(randomblob(16))) PRIMARY KEY,
    destination_uuid TEXT NOT NULL,
    topic TEXT,
    message TEXT NOT NULL,
    created_at_epoch_ms INTEGER NOT NULL DEFAULT (strftime('%s','now') * 1000), "serialization" TEXT DEFAULT NULL, "consumed" BOOLEAN NOT NULL DEFAULT FALSE, consumed_by_function_id INTEGER,
    FOREIGN KEY (destination_uuid) REFERENCES workflow_status(workflow_uuid) 
        ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE TABLE "operation_outputs" (
    workflow_uuid TEXT NOT NULL,
    function_id INTEGER NOT NULL,
    function_name TEXT NOT NULL DEFAULT '',
    output TEXT,
    error TEXT,
    child_workflow_id TEXT,
    started_at_epoch_ms INTEGER,
    completed_at_epoch_ms INTEGER,
    serialization TEXT,
    application_name TEXT DEFAULT NULL,
    retention_timestamp INTEGER NOT NULL DEFAULT (strftime('%s','now') * 1000),
    PRIMARY KEY (workflow_uuid, function_id)
);
INSERT INTO "operation_outputs" VALUES('0c9227d9e3510f4e',1,'submit.1.begin','null',NULL,NULL,1795295290850,1795295290853,'portable_json','imagebot',1795295290000);
INSERT INTO "operation_outputs" VALUES('0c9227d9e3510f4e',2,'submit.1','{"value":{"is":"Ticket","provider":"flux","id":"06ee386a16ae408b5033d1735183cb53","url":"http://flux.example/eu4/v1/get_result?id=06ee386a16ae408b5033d1735183cb53","cost_cents":"2.5"}}',NULL,NULL,1795295290856,1795295290943,'portable_json','imagebot',1795295290000);
INSERT INTO "operation_outputs" VALUES('0c9227d9e3510f4e',3,'collect','{"value":{"is":"Finished","image":"879d1ac7932ab2f7f7cd5cc714b03ad57104e6bb61d40ebb00ad213c0fe1529c","seed":3867257368,"cost_cents":"2.5","word":"Ready","notes":{}}}',NULL,NULL,1795295290949,1795295292872,'portable_json','imagebot',1795295292000);
INSERT INTO "operation_outputs" VALUES('0c9227d9e3510f4e',4,'deliver',NULL,NULL,'0c9227d9e3510f4e-deliver',1795295292892,1795295292896,NULL,'imagebot',1795295292000);
INSERT INTO "operation_outputs" VALUES('01c35ce80c45722d',1,'submit.1.begin','null',NULL,NULL,1795295293135,1795295293135,'portable_json','imagebot',1795295293000);
INSERT INTO "operation_outputs" VALUES('01c35ce80c45722d',2,'submit.1','{"value":{"is":"Ticket","provider":"flux","id":"191f3268aeb526ebc86d7e39ed0ec2f6","url":"http://flux.example/eu4/v1/get_result?id=191f3268aeb526ebc86d7e39ed0ec2f6","cost_cents":"2.5"}}',NULL,NULL,1795295293137,1795295293198,'portable_json','imagebot',1795295293000);
INSERT INTO "operation_outputs" VALUES('01c35ce80c45722d',3,'collect','{"value":{"is":"Moderated","where":"image","reasons":["Derivative Works Filter"],"word":"Content Moderated"}}',NULL,NULL,1795295293199,1795295295029,'portable_json','imagebot',1795295295000);
INSERT INTO "operation_outputs" VALUES('01c35ce80c45722d',4,'deliver',NULL,NULL,'01c35ce80c45722d-deliver',1795295295039,1795295295040,NULL,'imagebot',1795295295000);
INSERT INTO "operation_outputs" VALUES('eb10a8a9fc7c03fd',1,'submit.1.begin','null',NULL,NULL,1795295295186,1795295295186,'portable_json','imagebot',1795295295000);
INSERT INTO "operation_outputs" VALUES('eb10a8a9fc7c03fd',2,'submit.1','{"value":{"is":"Ticket","provider":"flux","id":"3b265e0c3d351ec2d04b064c88c15358","url":"http://flux.example/eu4/v1/get_result?id=3b265e0c3d351ec2d04b064c88c15358","cost_cents":"2.5"}}',NULL,NULL,1795295295190,1795295295249,'portable_json','imagebot',1795295295000);
INSERT INTO "operation_outputs" VALUES('eb10a8a9fc7c03fd',3,'collect','{"value":{"is":"Failed","key":"broken","unsure":false,"cost_cents":null,"facts":{"provider":"flux"},"fields":{},"word":""}}',NULL,NULL,1795295295252,1795295297082,'portable_json','imagebot',1795295297000);
INSERT INTO "operation_outputs" VALUES('eb10a8a9fc7c03fd',4,'deliver',NULL,NULL,'eb10a8a9fc7c03fd-deliver',1795295297087,1795295297088,NULL,'imagebot',1795295297000);
INSERT INTO "operation_outputs" VALUES('916542020370576c',1,'submit.1.begin','null',NULL,NULL,1795295297185,1795295297185,'portable_json','imagebot',1795295297000);
INSERT INTO "operation_outputs" VALUES('916542020370576c',2,'submit.1','{"error":{"is":"UnsureError","message":"ServerDisconnectedError","facts":{"provider":"flux"},"fields":{},"retry_after_s":null}}',NULL,NULL,1795295297186,1795295297248,'portable_json','imagebot',1795295297000);
INSERT INTO "operation_outputs" VALUES('916542020370576c',3,'deliver',NULL,NULL,'916542020370576c-deliver',1795295297254,1795295297255,NULL,'imagebot',1795295297000);
INSERT INTO "operation_outputs" VALUES('abbe75e133cbacf9',1,'submit.1.begin','null',NULL,NULL,1795295297656,1795295297658,'portable_json','imagebot',1795295297000);
INSERT INTO "operation_outputs" VALUES('9e8919e8ce137c14',1,'submit.1.begin','null',NULL,NULL,1795295297660,1795295297661,'portable_json','imagebot',1795295297000);
INSERT INTO "operation_outputs" VALUES('abbe75e133cbacf9',2,'submit.1','{"value":{"is":"Ticket","provider":"flux","id":"12b08c5474292dbaec972447ee96e750","url":"http://flux.example/eu4/v1/get_result?id=12b08c5474292dbaec972447ee96e750","cost_cents":"2.5"}}',NULL,NULL,1795295297662,1795295297721,'portable_json','imagebot',1795295297000);
INSERT INTO "operation_outputs" VALUES('9e8919e8ce137c14',2,'submit.1','{"value":{"is":"Ticket","provider":"flux","id":"f6f8138783a6dff44b41289e2a254a0f","url":"http://flux.example/eu4/v1/get_result?id=f6f8138783a6dff44b41289e2a254a0f","cost_cents":"2.5"}}',NULL,NULL,1795295297663,1795295297724,'portable_json','imagebot',1795295297000);
INSERT INTO "operation_outputs" VALUES('6e6c617046597276',1,'submit.1.begin','null',NULL,NULL,1795295297934,1795295297935,'portable_json','imagebot',1795295297000);
INSERT INTO "operation_outputs" VALUES('6e6c617046597276',2,'submit.1','{"value":{"is":"Ticket","provider":"flux","id":"36cc82dde7e5d0899ba4b1f10c31c14f","url":"http://flux.example/eu4/v1/get_result?id=36cc82dde7e5d0899ba4b1f10c31c14f","cost_cents":"2.5"}}',NULL,NULL,1795295297937,1795295298010,'portable_json','imagebot',1795295298000);
INSERT INTO "operation_outputs" VALUES('e5ab03b820dbe4c2',1,'submit.1.begin','null',NULL,NULL,1795295299241,1795295299241,'portable_json','imagebot',1795295299000);
INSERT INTO "operation_outputs" VALUES('6e6c617046597276',3,'collect','{"value":{"is":"Finished","image":"8002339a7b67efc8670a1666735c48c2a63f2738d4898250f25b27289c39b5bf","seed":2518880471,"cost_cents":"2.5","word":"Ready","notes":{}}}',NULL,NULL,1795295298013,1795295310491,'portable_json','imagebot',1795295310000);
CREATE TABLE queues (
    queue_id TEXT PRIMARY KEY DEFAULT (hex(randomblob(16))),
    name TEXT NOT NULL UNIQUE,
    concurrency INTEGER,
    worker_concurrency INTEGER,
    rate_limit_max INTEGER,
    rate_limit_period_sec REAL,
    priority_enabled BOOLEAN NOT NULL DEFAULT FALSE,
    partition_queue BOOLEAN NOT NULL DEFAULT FALSE,
    polling_interval_sec REAL NOT NULL DEFAULT 1.0,
    created_at INTEGER NOT NULL DEFAULT (strftime('%s','now') * 1000),
    updated_at INTEGER NOT NULL DEFAULT (strftime('%s','now') * 1000)
, "application_name" TEXT DEFAULT NULL, "partition_concurrency" INTEGER DEFAULT NULL, "partition_worker_concurrency" INTEGER DEFAULT NULL, "partition_rate_limit_max" INTEGER DEFAULT NULL, "partition_rate_limit_period_sec" REAL DEFAULT NULL);
INSERT INTO "queues" VALUES('20408BF54A3DC02573FAAE74575E29BA','flux',4,NULL,NULL,NULL,1,1,0.25,1795295289000,1795295289487,'imagebot',4,NULL,NULL,NULL);
INSERT INTO "queues" VALUES('4DD53E56CA3596AAFBB48B8ACC753CDF','stability',10,NULL,NULL,NULL,1,1,0.25,1795295289000,1795295289597,'imagebot',10,NULL,NULL,NULL);
INSERT INTO "queues" VALUES('479977F771AA7F8DBAB0A3478C183EF3','local',1,NULL,NULL,NULL,1,1,0.25,1795295289000,1795295289657,'imagebot',1,NULL,NULL,NULL);
CREATE TABLE streams (
    workflow_uuid TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    "offset" INTEGER NOT NULL, function_id INTEGER NOT NULL DEFAULT 0, "serialization" TEXT DEFAULT NULL,
    PRIMARY KEY (workflow_uuid, key, "offset"),
    FOREIGN KEY (workflow_uuid) REFERENCES workflow_status(workflow_uuid) 
        ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE TABLE workflow_events (
    workflow_uuid TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL, "serialization" TEXT DEFAULT NULL,
    PRIMARY KEY (workflow_uuid, key),
    FOREIGN KEY (workflow_uuid) REFERENCES workflow_status(workflow_uuid) 
        ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE TABLE workflow_events_history (
    workflow_uuid TEXT NOT NULL,
    function_id INTEGER NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL, "serialization" TEXT DEFAULT NULL,
    PRIMARY KEY (workflow_uuid, function_id, key),
    FOREIGN KEY (workflow_uuid) REFERENCES workflow_status(workflow_uuid)
        ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE TABLE workflow_input (
    workflow_uuid TEXT NOT NULL PRIMARY KEY,
    inputs TEXT,
    retention_timestamp INTEGER NOT NULL DEFAULT (strftime('%s','now') * 1000)
);
INSERT INTO "workflow_input" VALUES('0c9227d9e3510f4e','{"namedArgs":{},"positionalArgs":["0c9227d9e3510f4e"]}',1795295289000);
INSERT INTO "workflow_input" VALUES('0c9227d9e3510f4e-deliver','{"namedArgs":{},"positionalArgs":["0c9227d9e3510f4e"]}',1795295292000);
INSERT INTO "workflow_input" VALUES('01c35ce80c45722d','{"namedArgs":{},"positionalArgs":["01c35ce80c45722d"]}',1795295292000);
INSERT INTO "workflow_input" VALUES('01c35ce80c45722d-deliver','{"namedArgs":{},"positionalArgs":["01c35ce80c45722d"]}',1795295295000);
INSERT INTO "workflow_input" VALUES('eb10a8a9fc7c03fd','{"namedArgs":{},"positionalArgs":["eb10a8a9fc7c03fd"]}',1795295295000);
INSERT INTO "workflow_input" VALUES('eb10a8a9fc7c03fd-deliver','{"namedArgs":{},"positionalArgs":["eb10a8a9fc7c03fd"]}',1795295297000);
INSERT INTO "workflow_input" VALUES('916542020370576c','{"namedArgs":{},"positionalArgs":["916542020370576c"]}',1795295297000);
INSERT INTO "workflow_input" VALUES('916542020370576c-deliver','{"namedArgs":{},"positionalArgs":["916542020370576c"]}',1795295297000);
INSERT INTO "workflow_input" VALUES('9e8919e8ce137c14','{"namedArgs":{},"positionalArgs":["9e8919e8ce137c14"]}',1795295297000);
INSERT INTO "workflow_input" VALUES('abbe75e133cbacf9','{"namedArgs":{},"positionalArgs":["abbe75e133cbacf9"]}',1795295297000);
INSERT INTO "workflow_input" VALUES('6e6c617046597276','{"namedArgs":{},"positionalArgs":["6e6c617046597276"]}',1795295297000);
INSERT INTO "workflow_input" VALUES('e5ab03b820dbe4c2','{"namedArgs":{},"positionalArgs":["e5ab03b820dbe4c2"]}',1795295299000);
INSERT INTO "workflow_input" VALUES('398baa8d402f30f3','{"namedArgs":{},"positionalArgs":["398baa8d402f30f3"]}',1795295299000);
INSERT INTO "workflow_input" VALUES('e56f6079f99b521f','{"namedArgs":{},"positionalArgs":["e56f6079f99b521f"]}',1795295299000);
INSERT INTO "workflow_input" VALUES('95e31f6a1d0ed28f','{"namedArgs":{},"positionalArgs":["95e31f6a1d0ed28f"]}',1795295299000);
CREATE TABLE workflow_output (
    workflow_uuid TEXT NOT NULL PRIMARY KEY,
    output TEXT,
    error TEXT,
    retention_timestamp INTEGER NOT NULL DEFAULT (strftime('%s','now') * 1000)
);
INSERT INTO "workflow_output" VALUES('0c9227d9e3510f4e','null',NULL,1795295292000);
INSERT INTO "workflow_output" VALUES('0c9227d9e3510f4e-deliver','null',NULL,1795295292000);
INSERT INTO "workflow_output" VALUES('01c35ce80c45722d','null',NULL,1795295295000);
INSERT INTO "workflow_output" VALUES('01c35ce80c45722d-deliver','null',NULL,1795295295000);
INSERT INTO "workflow_output" VALUES('eb10a8a9fc7c03fd','null',NULL,1795295297000);
INSERT INTO "workflow_output" VALUES('eb10a8a9fc7c03fd-deliver','null',NULL,1795295297000);
INSERT INTO "workflow_output" VALUES('916542020370576c','null',NULL,1795295297000);
INSERT INTO "workflow_output" VALUES('916542020370576c-deliver','null',NULL,1795295297000);
CREATE TABLE workflow_schedules (
    schedule_id TEXT PRIMARY KEY,
    schedule_name TEXT NOT NULL UNIQUE,
    workflow_name TEXT NOT NULL,
    workflow_class_name TEXT,
    schedule TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'ACTIVE',
    context TEXT NOT NULL
, "last_fired_at" TEXT DEFAULT NULL, "automatic_backfill" BOOLEAN NOT NULL DEFAULT FALSE, "cron_timezone" TEXT DEFAULT NULL, "queue_name" TEXT DEFAULT NULL, "application_name" TEXT DEFAULT NULL);
CREATE TABLE workflow_status (
    workflow_uuid TEXT PRIMARY KEY,
    status TEXT,
    name TEXT,
    authenticated_user TEXT,
    assumed_role TEXT,
    authenticated_roles TEXT,
    request TEXT,
    output TEXT,
    error TEXT,
    executor_id TEXT,
    created_at INTEGER NOT NULL DEFAULT (strftime('%s','now') * 1000),
    updated_at INTEGER NOT NULL DEFAULT (strftime('%s','now') * 1000),
    application_version TEXT,
    application_id TEXT,
    class_name TEXT DEFAULT NULL,
    config_name TEXT DEFAULT NULL,
    recovery_attempts INTEGER DEFAULT 0,
    queue_name TEXT,
    workflow_timeout_ms INTEGER,
    workflow_deadline_epoch_ms INTEGER,
    inputs TEXT,
    started_at_epoch_ms INTEGER,
    deduplication_id TEXT,
    priority INTEGER NOT NULL DEFAULT 0
, queue_partition_key TEXT, forked_from TEXT, "owner_xid" TEXT DEFAULT NULL, "parent_workflow_id" TEXT DEFAULT NULL, "serialization" TEXT DEFAULT NULL, "delay_until_epoch_ms" BIGINT DEFAULT NULL, "was_forked_from" BOOLEAN NOT NULL DEFAULT FALSE, "rate_limited" BOOLEAN NOT NULL DEFAULT FALSE, "completed_at" BIGINT, "attributes" TEXT, "schedule_name" TEXT, "debounce_deadline_epoch_ms" BIGINT DEFAULT NULL, "is_debounced" BOOLEAN NOT NULL DEFAULT FALSE, "application_name" TEXT DEFAULT NULL, "creator_xid" TEXT DEFAULT NULL);
INSERT INTO "workflow_status" VALUES('0c9227d9e3510f4e','SUCCESS','paint',NULL,NULL,NULL,NULL,NULL,NULL,'imagebot-1',1795295289000,1795295292000,'1','',NULL,NULL,1,'flux',NULL,NULL,NULL,1795295290000,NULL,0,'web:ec95dbb1254e1130',NULL,NULL,NULL,'portable_json',NULL,0,0,1795295292000,'null',NULL,NULL,0,'imagebot','b65a4823-7fb9-40f6-a604-dc17bc92effb');
INSERT INTO "workflow_status" VALUES('0c9227d9e3510f4e-deliver','SUCCESS','deliver',NULL,NULL,NULL,NULL,NULL,NULL,'imagebot-1',1795295292000,1795295292000,'1','',NULL,NULL,1,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,'0c9227d9e3510f4e','portable_json',NULL,0,0,1795295292000,'null',NULL,NULL,0,'imagebot','62aaf149-5815-4922-9fdd-ef180583d498');
INSERT INTO "workflow_status" VALUES('01c35ce80c45722d','SUCCESS','paint',NULL,NULL,NULL,NULL,NULL,NULL,'imagebot-1',1795295292000,1795295295000,'1','',NULL,NULL,1,'flux',NULL,NULL,NULL,1795295293000,NULL,0,'web:7e02e72d74ddfaee',NULL,NULL,NULL,'portable_json',NULL,0,0,1795295295000,'null',NULL,NULL,0,'imagebot','fe48c46f-044f-4635-b827-c0cc3bf2fbcf');
INSERT INTO "workflow_status" VALUES('01c35ce80c45722d-deliver','SUCCESS','deliver',NULL,NULL,NULL,NULL,NULL,NULL,'imagebot-1',1795295295000,1795295295000,'1','',NULL,NULL,1,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,'01c35ce80c45722d','portable_json',NULL,0,0,1795295295000,'null',NULL,NULL,0,'imagebot','0c9914e2-8a9d-4e1e-9c01-acc40053de1e');
INSERT INTO "workflow_status" VALUES('eb10a8a9fc7c03fd','SUCCESS','paint',NULL,NULL,NULL,NULL,NULL,NULL,'imagebot-1',1795295295000,1795295297000,'1','',NULL,NULL,1,'flux',NULL,NULL,NULL,1795295295000,NULL,0,'web:e51217520a0a9abf',NULL,NULL,NULL,'portable_json',NULL,0,0,1795295297000,'null',NULL,NULL,0,'imagebot','ce3d5d60-0e8b-4f47-89d7-093a4bf3c77b');
INSERT INTO "workflow_status" VALUES('eb10a8a9fc7c03fd-deliver','SUCCESS','deliver',NULL,NULL,NULL,NULL,NULL,NULL,'imagebot-1',1795295297000,1795295297000,'1','',NULL,NULL,1,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,'eb10a8a9fc7c03fd','portable_json',NULL,0,0,1795295297000,'null',NULL,NULL,0,'imagebot','b88ea389-51e1-4df4-a134-cd8b45b22383');
INSERT INTO "workflow_status" VALUES('916542020370576c','SUCCESS','paint',NULL,NULL,NULL,NULL,NULL,NULL,'imagebot-1',1795295297000,1795295297000,'1','',NULL,NULL,1,'flux',NULL,NULL,NULL,1795295297000,NULL,0,'web:84c226aa2fb038d1',NULL,NULL,NULL,'portable_json',NULL,0,0,1795295297000,'null',NULL,NULL,0,'imagebot','36e4c342-2796-439b-bc89-9347daef06c4');
INSERT INTO "workflow_status" VALUES('916542020370576c-deliver','SUCCESS','deliver',NULL,NULL,NULL,NULL,NULL,NULL,'imagebot-1',1795295297000,1795295297000,'1','',NULL,NULL,1,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,'916542020370576c','portable_json',NULL,0,0,1795295297000,'null',NULL,NULL,0,'imagebot','b25dcd5b-99e6-493b-b70c-af86a1f27d9a');
INSERT INTO "workflow_status" VALUES('9e8919e8ce137c14','PENDING','paint',NULL,NULL,NULL,NULL,NULL,NULL,'imagebot-1',1795295297000,1795295297000,'1','',NULL,NULL,1,'flux',NULL,NULL,NULL,1795295297000,NULL,0,'web:02521ae18521b63a',NULL,'e8b74bd0-3652-439b-af5f-68ecf65ce10c',NULL,'portable_json',NULL,0,0,NULL,'null',NULL,NULL,0,'imagebot','2528cb1b-cadb-4918-bee1-8370cb413fc9');
INSERT INTO "workflow_status" VALUES('abbe75e133cbacf9','PENDING','paint',NULL,NULL,NULL,NULL,NULL,NULL,'imagebot-1',1795295297000,1795295297000,'1','',NULL,NULL,1,'flux',NULL,NULL,NULL,1795295297000,NULL,0,'web:569b4472397f49c1',NULL,'ab226125-3d73-42f0-94fa-0f6e542e7d49',NULL,'portable_json',NULL,0,0,NULL,'null',NULL,NULL,0,'imagebot','fb0260ff-c9f9-4f1c-a670-32515baf9614');
INSERT INTO "workflow_status" VALUES('6e6c617046597276','PENDING','paint',NULL,NULL,NULL,NULL,NULL,NULL,'imagebot-1',1795295297000,1795295297000,'1','',NULL,NULL,1,'flux',NULL,NULL,NULL,1795295297000,NULL,0,'web:40140a9022edc3f2',NULL,'e0a2d630-7437-42f5-9496-23ca0ee7b710',NULL,'portable_json',NULL,0,0,NULL,'null',NULL,NULL,0,'imagebot','4a7452a1-ea50-4bc2-ac86-23cb2b346a3c');
INSERT INTO "workflow_status" VALUES('e5ab03b820dbe4c2','PENDING','paint',NULL,NULL,NULL,NULL,NULL,NULL,'imagebot-1',1795295299000,1795295299000,'1','',NULL,NULL,1,'flux',NULL,NULL,NULL,1795295299000,NULL,0,'web:cdb9bf068061c042',NULL,'8139ee74-9716-436b-8864-b710c32de7da',NULL,'portable_json',NULL,0,0,NULL,'null',NULL,NULL,0,'imagebot','2a3c53c5-d50b-4b68-84e3-4fe97870a1de');
INSERT INTO "workflow_status" VALUES('398baa8d402f30f3','ENQUEUED','paint',NULL,NULL,NULL,NULL,NULL,NULL,'imagebot-1',1795295299000,1795295299000,'1','',NULL,NULL,0,'flux',NULL,NULL,NULL,NULL,NULL,0,'web:0dfe700adc6b8af6',NULL,NULL,NULL,'portable_json',NULL,0,0,NULL,'null',NULL,NULL,0,'imagebot','4eaa0c54-0760-4068-9c02-b5cd1b0faf84');
INSERT INTO "workflow_status" VALUES('e56f6079f99b521f','ENQUEUED','paint',NULL,NULL,NULL,NULL,NULL,NULL,'imagebot-1',1795295299000,1795295299000,'1','',NULL,NULL,0,'flux',NULL,NULL,NULL,NULL,NULL,0,'web:9c013d477c211788',NULL,NULL,NULL,'portable_json',NULL,0,0,NULL,'null',NULL,NULL,0,'imagebot','0129dabc-bb3c-441f-bbb5-56c24cbbcf8d');
INSERT INTO "workflow_status" VALUES('95e31f6a1d0ed28f','ENQUEUED','paint',NULL,NULL,NULL,NULL,NULL,NULL,'imagebot-1',1795295299000,1795295299000,'1','',NULL,NULL,0,'flux',NULL,NULL,NULL,NULL,NULL,0,'web:eff9b66f06fe626a',NULL,NULL,NULL,'portable_json',NULL,0,0,NULL,'null',NULL,NULL,0,'imagebot','92eca3c2-7cdc-4bab-aaa1-8f7b04f747b9');
CREATE INDEX workflow_status_created_at_index ON workflow_status (created_at);
CREATE INDEX idx_workflow_topic ON notifications (destination_uuid, topic);
CREATE INDEX "idx_workflow_status_delayed" ON "workflow_status" ("delay_until_epoch_ms") WHERE status = 'DELAYED';
CREATE INDEX "idx_workflow_status_forked_from" ON "workflow_status" ("forked_from") WHERE "forked_from" IS NOT NULL;
CREATE INDEX "idx_workflow_status_parent_workflow_id" ON "workflow_status" ("parent_workflow_id") WHERE "parent_workflow_id" IS NOT NULL;
CREATE UNIQUE INDEX "uq_workflow_status_dedup_id" ON "workflow_status" ("queue_name", "deduplication_id") WHERE "deduplication_id" IS NOT NULL;
CREATE INDEX "idx_workflow_status_pending" ON "workflow_status" ("created_at") WHERE "status" = 'PENDING';
CREATE INDEX "idx_workflow_status_failed" ON "workflow_status" ("status", "created_at") WHERE "status" IN ('ERROR', 'CANCELLED', 'MAX_RECOVERY_ATTEMPTS_EXCEEDED');
CREATE INDEX "idx_workflow_status_rate_limited" ON "workflow_status" ("queue_name", "started_at_epoch_ms") WHERE "rate_limited" = TRUE;
CREATE INDEX "idx_workflow_status_completed_at" ON "workflow_status" ("completed_at") WHERE "completed_at" IS NOT NULL;
CREATE INDEX "idx_workflow_status_started_at" ON "workflow_status" ("started_at_epoch_ms") WHERE "started_at_epoch_ms" IS NOT NULL;
CREATE INDEX "idx_workflow_status_schedule_name" ON "workflow_status" ("schedule_name") WHERE "schedule_name" IS NOT NULL;
CREATE UNIQUE INDEX "uq_application_versions_owner_version"
    ON application_versions ("application_name", "version_name")
    WHERE "application_name" IS NOT NULL;
CREATE UNIQUE INDEX "uq_application_versions_unclaimed_version"
    ON application_versions ("version_name")
    WHERE "application_name" IS NULL;
CREATE INDEX idx_workflow_input_retention
    ON workflow_input (retention_timestamp);
CREATE INDEX idx_workflow_output_retention
    ON workflow_output (retention_timestamp);
CREATE INDEX idx_operation_outputs_retention
    ON operation_outputs (retention_timestamp);
CREATE INDEX "idx_workflow_status_in_flight_v2" ON "workflow_status" ("queue_name", "status", "priority", "created_at", "application_name") WHERE "status" IN ('ENQUEUED', 'PENDING');
CREATE INDEX "idx_workflow_status_partition_dequeue_v3" ON "workflow_status" ("queue_name", "status", "queue_partition_key", "priority", "created_at", "workflow_uuid", "application_name") WHERE "status" IN ('ENQUEUED', 'PENDING') AND "queue_partition_key" IS NOT NULL;
CREATE INDEX "idx_operation_outputs_completed_at_function_name_v2" ON "operation_outputs" ("completed_at_epoch_ms", "function_name", "application_name");
CREATE INDEX "idx_workflow_status_deadline" ON "workflow_status" ("workflow_deadline_epoch_ms") WHERE "status" IN ('ENQUEUED', 'PENDING', 'DELAYED') AND "workflow_deadline_epoch_ms" IS NOT NULL;
CREATE INDEX "idx_application_versions_timestamp" ON "application_versions" ("version_timestamp" DESC);
CREATE INDEX "idx_application_versions_owner_timestamp" ON "application_versions" ("application_name", "version_timestamp" DESC);
COMMIT;
