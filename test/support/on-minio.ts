/** Loaded before a test, has S3 services outside the cluster be MinIO. */
process.env.S3_SERVER = "minio";
