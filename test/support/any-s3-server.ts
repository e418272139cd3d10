import { MinioServer } from "./minio-server.ts";
import { S3Server, type S3ServerOptions } from "./s3-server.ts";

/** MinIO where $S3_SERVER says so, versitygw otherwise. */
export const startS3Server = (options: S3ServerOptions): Promise<S3Server> =>
  process.env.S3_SERVER === "minio" ? MinioServer.start(options) : S3Server.start(options);
