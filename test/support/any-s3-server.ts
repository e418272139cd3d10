import { MinioServer } from "./minio-server.ts";
import { S3Server, type S3ServerOptions } from "./s3-server.ts";

/** Whether $S3_SERVER has a suite's S3 service be MinIO; it is versitygw otherwise. */
export const isMinio = process.env.S3_SERVER === "minio";

export const startS3Server = (options: S3ServerOptions): Promise<S3Server> =>
  isMinio ? MinioServer.start(options) : S3Server.start(options);
