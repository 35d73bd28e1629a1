import { DataSource, EntityManager, QueryRunner, getConnection, getManager } from "typeorm";
const dataSource = new DataSource({ type: "postgres" });
export class S {
  constructor(private readonly manager: EntityManager, private readonly repository: any) {}
  async main(queryRunner: QueryRunner, id: number) {
    await dataSource.query("SELECT 1 FROM i1 WHERE id = $1", [id]);
    await queryRunner.query(`UPDATE i2 SET a = $1`, [1]);
    await this.manager.query("SELECT 1 FROM i3");
    await this.repository.query("SELECT 1 FROM i4");
    await dataSource.manager.query("SELECT 1 FROM i5");
    await getConnection().query("SELECT 1 FROM i6");
    await getManager().query("SELECT 1 FROM i7");
    await dataSource.createQueryRunner().query("SELECT 1 FROM i8");
    await dataSource.transaction(async (m) => { await m.query("SELECT 1 FROM i9"); });
    await queryRunner.manager.query("SELECT 1 FROM i10");
    await dataSource.sql`SELECT 1 FROM i11 WHERE id = ${id}`;
    await this.manager.sql`SELECT 1 FROM i12 WHERE id IN (${() => "1"})`;
    const stream = await queryRunner.stream("SELECT 1 FROM i13");
    await dataSource.createQueryBuilder().select("u").from("User", "u").getMany();
    await dataSource.getRepository("User").query("SELECT 1 FROM i14");
    await queryRunner.sql`SELECT 1 FROM i15 WHERE a = ${id}`;
  }
}
