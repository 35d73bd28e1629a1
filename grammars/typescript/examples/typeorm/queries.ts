import { DataSource, type QueryRunner, type Repository } from "typeorm";

export class Reports {
  constructor(private readonly dataSource: DataSource, private readonly users: Repository<unknown>) {}

  async run(queryRunner: QueryRunner) {
    await this.dataSource.query("SELECT id FROM users WHERE name = $1", ["x"]);
    await queryRunner.query(`DELETE FROM sessions`);
    await this.users.query("SELECT 1 AS one");
    await this.users.createQueryBuilder("u").where("u.id = 1").getMany();
  }
}
